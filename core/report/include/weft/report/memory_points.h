// The answer of `weft memory`, for a person and for a program.
#pragma once

#include <cstddef>
#include <string>

#include "weft/report/terminal.h"
#include "weft/validation/memory_points.h"

namespace weft::report {

// Groups, then sources, then the `worst` points, then what was skipped.
std::string to_terminal(const validation::MemoryAnswer& answer, std::size_t worst, Colour colour);

// {"rows": […], "summary": […]}
std::string to_json(const validation::MemoryAnswer& answer);

}  // namespace weft::report
