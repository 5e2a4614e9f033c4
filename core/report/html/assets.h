// What every page carries: the program that draws it, and how it looks.
#pragma once

#include <string_view>

namespace weft::html {

// Empty in a build without npm.
std::string_view page_script();
std::string_view page_style();

}  // namespace weft::html
