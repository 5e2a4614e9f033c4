// `--report FILE`: the answer as a page.
#pragma once

#include <filesystem>
#include <string>

#include "weft/base/catalog.h"
#include "weft/html/page.h"

namespace CLI {
class App;
}

namespace weft::cli {

// --report of a command. What is given is checked when arguments are: a build without pages and
// "-" are errors before any work is done.
void add_report_option(CLI::App& command, std::string& file);

// Writes a page whole, with the question as it stands in a file (none: empty) and the answer for
// programs. Throws std::system_error.
void write_page(const std::string& file, html::Page page, const std::filesystem::path& question,
                std::string answer);

}  // namespace weft::cli
