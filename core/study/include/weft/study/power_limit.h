// A limit on what a site draws, and the cap on its devices that holds it.
#pragma once

#include <optional>
#include <vector>

#include "weft/base/fields.h"
#include "weft/base/quantity.h"

namespace weft::study {

// What is held below the limit while the job trains: the mean over a step, which is what a meter of
// many seconds sees, all devices at once in their hottest phase, or what 95 % of the samples of a
// step are not above (as `weft power` takes them). In the hottest hour of the site in any case.
enum class LimitOf { kMean, kPeak, kP95 };
inline constexpr int kLimitOfCount = 3;
const char* name_of(LimitOf of);

struct PowerLimit {
  base::Power most;  // at the meter of the site
  LimitOf of = LimitOf::kMean;
};

// How a limit is held.
struct LimitHeld {
  std::vector<base::Power> caps;  // of a device, by part of the cluster; empty: none is needed
  base::Power free;               // at the meter, without a cap
  base::Power drawn;              // the same with it; below the limit by no more than `tolerance`
  base::Power tolerance;          // by which it could be closer
  int rounds = 0;                 // plans looked for: until the best at the cap is the one capped
  bool agrees = true;  // it is; else the rounds ended before, and another may be quicker at the cap
};

// `power_limit: 500 kW` or `{most: 500 kW, of: mean | peak | p95}` of an entry of `clusters:`,
// which asks for the key. Errors go to its reading.
std::optional<PowerLimit> read_power_limit(base::Fields& use);

}  // namespace weft::study
