// The answer of `weft flows`, for a person and for a program.
#pragma once

#include <cstddef>
#include <string>

#include "weft/network/flows.h"
#include "weft/report/terminal.h"

namespace weft::report {

// The summary, the busiest links and the `worst` slowest flows.
std::string to_terminal(const network::FlowsAnswer& answer, std::size_t worst, Colour colour);

// The schema, "weft.flows/1": {…, "summary": {…}, "flows": [{from, to, bytes, start_s,
// completion_s}]}; completion_s is from the flow's start and null for one that found no way.
std::string to_json(const network::FlowsAnswer& answer);

}  // namespace weft::report
