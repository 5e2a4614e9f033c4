// Words that the forms of a claim's answer share. Internal to the room.
#pragma once

#include <string>

#include "weft/claim/answer.h"

namespace weft::report {

// "102 %", "8.3 s", "1.46 M tokens/s"; `as_percent` for plain numbers.
std::string claim_figure(double value, const std::string& unit, bool as_percent);
// Whether a test's plain numbers are read as percentages, as its claimed value is.
bool is_in_percent(const claim::Test& test, const claim::TestAnswer& answer);
// "at least 95 %", "41 %"; "no number".
std::string claimed_text(const claim::Test& test, const claim::TestAnswer& answer);
// "102 % (101 % to 103 %)"
std::string predicted_text(const claim::Test& test, const claim::TestAnswer& answer);
// "linearity of 32768 devices over that of 512 devices"
std::string figure_name(const claim::TestAnswer& answer, const claim::Test& test);
// "links.ub_mesh.bandwidth: at 21 GB/s instead of 53 GB/s (0.40 times)"
std::string need_text(const claim::Need& need);

}  // namespace weft::report
