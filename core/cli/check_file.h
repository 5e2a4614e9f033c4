// Reads a file of any kind the way its command does. Internal to the room.
#pragma once

#include <filesystem>
#include <string>

#include "weft/base/catalog.h"

namespace weft::cli {

// What is wrong in a file of any kind is thrown (base::InputError); returns what the file is.
std::string check_file(const std::filesystem::path& file, const base::Catalog& catalog);

}  // namespace weft::cli
