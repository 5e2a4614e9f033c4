#include "weft/campaign/interval.h"

#include <cmath>

#include "weft/campaign/renewal.h"

namespace weft::campaign {

const std::vector<std::string>& interval_rules() {
  static const std::vector<std::string> kNames = {"fixed",   "young",        "daly",
                                                  "optimal", "availability", "adaptive"};
  return kNames;
}

base::Time young_interval(base::Time mean_time_between, base::Time pause) {
  return base::Time(std::sqrt(2.0 * pause.si() * mean_time_between.si()));
}

base::Time daly_interval(base::Time mean_time_between, base::Time pause) {
  if (!is_finite(mean_time_between) || pause >= 2.0 * mean_time_between) return mean_time_between;
  const double half = pause / (2.0 * mean_time_between);
  return young_interval(mean_time_between, pause) * (1.0 + std::sqrt(half) / 3.0 + half / 9.0) -
         pause;
}

base::Time availability_interval(base::Time mean_time_between, base::Time pause,
                                 base::Time recovery) {
  const double write = pause.si();
  return base::Time(std::sqrt(2.0 * (mean_time_between + recovery).si() * write + write * write));
}

base::Time interval_by(const Interval& interval, base::Time mean_time_between, base::Time pause,
                       base::Time recovery) {
  switch (interval.rule) {
    case IntervalRule::kFixed:
      return interval.fixed;
    case IntervalRule::kYoung:
      return young_interval(mean_time_between, pause);
    case IntervalRule::kDaly:
      return daly_interval(mean_time_between, pause);
    case IntervalRule::kAvailability:
      return availability_interval(mean_time_between, pause, recovery);
    case IntervalRule::kOptimal:
    case IntervalRule::kAdaptive:
      break;
  }
  return best_interval(mean_time_between, pause);
}

base::Time observed_mean(base::Time expected, base::Time elapsed, double failures) {
  if (!is_finite(expected)) return failures > 0.0 ? elapsed / failures : expected;
  return (expected + elapsed) / (1.0 + failures);
}

}  // namespace weft::campaign
