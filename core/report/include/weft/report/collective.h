// The answers of `weft collective`, for a person and for a program.
#pragma once

#include <cstddef>
#include <string>

#include "weft/network/collective.h"
#include "weft/network/points.h"
#include "weft/report/terminal.h"

namespace weft::report {

// One size in words, several as a table like that of nccl-tests.
std::string to_terminal(const network::CollectiveAnswer& answer, Colour colour);
std::string to_terminal(const network::PointsAnswer& answer, std::size_t worst, Colour colour);

// The schema, "weft.collective/1": {op, bytes, group, algorithm, time_s, bus_bandwidth, …} with
// byte/s and bytes; of several sizes {op, group, …, "rows": […]}.
std::string to_json(const network::CollectiveAnswer& answer);
// {"rows": […], "summary": […]}; relative_error is of bus bandwidth.
std::string to_json(const network::PointsAnswer& answer);

}  // namespace weft::report
