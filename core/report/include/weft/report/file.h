// Whole files or none.
#pragma once

#include <filesystem>
#include <string_view>

namespace weft::report {

// Writes `text` to a temporary name beside `file` and renames it. Signals wait meanwhile. Throws
// std::system_error; then nothing is left behind.
void write_whole(const std::filesystem::path& file, std::string_view text);

}  // namespace weft::report
