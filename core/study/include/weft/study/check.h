// `weft check`: is a file right?
#pragma once

#include <filesystem>
#include <string>

#include "weft/base/catalog.h"

namespace weft::study {

// Reads a document of any kind with all that it names, and returns its kind; of rules only what all
// kinds share. NAME.fit.yaml is read together with NAME.yaml: "fit of a chip". Throws
// base::InputError or std::system_error.
std::string check_file(const std::filesystem::path& file, const base::Catalog& catalog);

}  // namespace weft::study
