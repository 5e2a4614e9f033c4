// The answer of `weft trace`, for a person and for a program.
#pragma once

#include <string>

#include "weft/report/terminal.h"
#include "weft/trace/run.h"

namespace weft::report {

// `worst`: so many rows of each table.
std::string to_terminal(const trace::TraceAnswer& answer, std::size_t worst, Colour colour);

// The schema, "weft.trace/1": {finish_s, critical_path: […], classes: [{ranks, compute_s, …}], …};
// the parts of a class add up to finish_s.
std::string to_json(const trace::TraceAnswer& answer);

}  // namespace weft::report
