// Published power beside what is predicted, for a person, as a table and for a program.
#pragma once

#include <string>
#include <vector>

#include "weft/report/terminal.h"
#include "weft/watts/published.h"

namespace weft::report {

std::string published_terminal(const std::vector<watts::PublishedPoint>& points, Colour colour);
std::string published_csv(const std::vector<watts::PublishedPoint>& points);
// Schema "weft.published_power/1".
std::string published_json(const std::vector<watts::PublishedPoint>& points);

// "devices 5.6 kW, cpus 700 W"
std::string lines_text(const std::vector<site::PowerLine>& lines);

}  // namespace weft::report
