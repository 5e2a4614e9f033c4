// Whole files or none.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace weft::report {

// Writes `text` to a temporary name beside `file` and renames it. Signals wait meanwhile. Throws
// std::system_error; then nothing is left behind.
void write_whole(const std::filesystem::path& file, std::string_view text);

// The same of a text that comes in pieces: `produce` is called once and gives them in turn.
using Put = std::function<void(std::string_view piece)>;
void write_whole(const std::filesystem::path& file, const std::function<void(const Put&)>& produce);

}  // namespace weft::report
