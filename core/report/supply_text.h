// Words for supply that more than one form of its report has.
#pragma once

#include <string>
#include <vector>

#include "weft/report/supply.h"

namespace weft::report {

// What holds a product up, by name: "memory", "dies"; "" where it is not made.
std::string limit_text(const supply::ProductFlow& flow);
// The name of a product's chip.
const std::string& product_name(const SupplyReport& report, std::size_t product);
// "packages", "dies": how the other maker's counts are read.
const char* counting_text(std::size_t counting);
// "share of dense peak".
const char* metric_text(supply_study::Metric metric);
// Whether both readings of the other maker's counts give the same.
bool is_one_reading(const SupplyReport& report);

// What may hold chips or clusters up but has no figure in the line: "packaging", "optics".
std::vector<std::string> supply_not_limits(const SupplyReport& report);

}  // namespace weft::report
