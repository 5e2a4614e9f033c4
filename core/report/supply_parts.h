// Sections of the report on supply that stand in files of their own.
#pragma once

#include <string>
#include <vector>

#include "weft/report/supply.h"

namespace weft::report {

// A count in thousands, three significant digits up to a thousand of them.
std::string thousands(double value);

// A label and cells, aligned.
std::string supply_row(const std::string& label, const std::vector<std::string>& cells);

// One package in the chips that it is compared with, and all of a year.
std::string supply_worth_section(const SupplyReport& report, Colour colour);
// Shares in what the other maker ships, and published statements about them.
std::string supply_share_section(const SupplyReport& report, Colour colour);
// Published counts beside those worked out.
std::string supply_published_section(const SupplyReport& report, Colour colour);

}  // namespace weft::report
