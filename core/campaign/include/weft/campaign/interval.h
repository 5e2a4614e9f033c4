// How much work lies between two checkpoints.
#pragma once

#include <string>
#include <vector>

#include "weft/base/quantity.h"

namespace weft::campaign {

// kYoung √(2δM) (CACM 17, 1974). kDaly its third-order form (FGCS 22, 2006). kOptimal
// M [1 + W₀(−e^{−1−δ/M})]: best_interval(). kAvailability δ and work of √(2(M + R)δ + δ²) (Saxena
// et al., arXiv 2410.18124), the work alone. kAdaptive: kOptimal with M from the failures so far.
enum class IntervalRule { kFixed, kYoung, kDaly, kOptimal, kAvailability, kAdaptive };

struct Interval {
  IntervalRule rule = IntervalRule::kOptimal;
  base::Time fixed;
  base::Time shortest{1.0};  // no rule goes below it: a step
};

// In the order of IntervalRule.
const std::vector<std::string>& interval_rules();

base::Time young_interval(base::Time mean_time_between, base::Time pause);
base::Time daly_interval(base::Time mean_time_between, base::Time pause);
base::Time availability_interval(base::Time mean_time_between, base::Time pause,
                                 base::Time recovery);
// By rule. Infinite when nothing fails, unless fixed.
base::Time interval_by(const Interval& interval, base::Time mean_time_between, base::Time pause,
                       base::Time recovery);
// M of kAdaptive after `failures` in `elapsed`: as if one failure had been seen in the expected
// time before the run.
base::Time observed_mean(base::Time expected, base::Time elapsed, double failures);

}  // namespace weft::campaign
