// The answer of `weft power`.
#pragma once

#include <string>
#include <vector>

#include "weft/power_study/power_over_time.h"
#include "weft/report/terminal.h"

namespace weft::report {

// The schema of the JSON, as kRunSchema.
inline constexpr const char* kPowerSchema = "weft.power/1";

struct PowerReport {
  const study::Study& study;
  const std::vector<power_study::PowerAnswer>& answers;  // one a case
};

// A table of all cases, then of each the curve drawn and what smooths it.
std::string to_terminal(const PowerReport& report, Colour colour);
// Without the samples, which are in the CSV.
std::string to_json(const PowerReport& report);
// A line a sample: case, time_s (its begin), site_W, devices_W, hosts_W, smooth_W (the site with
// all that smooths it; empty without).
std::string to_csv(const PowerReport& report);

}  // namespace weft::report
