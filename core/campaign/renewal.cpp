#include "weft/campaign/renewal.h"

#include <algorithm>
#include <cmath>

namespace weft::campaign {

namespace {

// 1 + W0(−e^{−1−x}) for x >= 0, as the root u in [0, 1] of u + ln(1 − u) = −x. Near the branch
// point (x = 0) W0 itself loses half of its digits, this form does not. The left side falls and is
// concave, and both starting values are upper bounds of the root, so that Newton's method descends
// to it.
double one_plus_lambert_w0(double x) {
  double u = std::min(std::sqrt(2.0 * x), -std::expm1(-1.0 - x));
  while (u > 0.0 && u < 1.0) {
    const double next = u + (u + std::log1p(-u) + x) * (1.0 - u) / u;
    if (!(next < u)) break;
    u = next;
  }
  return std::clamp(u, 0.0, 1.0);
}

}  // namespace

double renewal_ettr(base::Time mean_time_between, base::Time interval, base::Time pause,
                    base::Time recovery) {
  const double mean = mean_time_between.si();
  const double work = interval.si();
  const double segment = (interval + pause).si();
  if (mean <= 0.0) return 0.0;
  if (segment <= 0.0) return std::isfinite(mean) ? std::exp(-recovery.si() / mean) : 1.0;
  if (!std::isfinite(mean)) return work / segment;
  const double undisturbed = std::exp(-recovery.si() / mean);
  const double stretched = std::expm1(segment / mean);
  // A segment this long never ends, one this short is not stretched.
  if (!std::isfinite(stretched)) return 0.0;
  if (stretched <= 0.0) return undisturbed * work / segment;
  return std::min(1.0, undisturbed * (work / mean) / stretched);
}

base::Time best_interval(base::Time mean_time_between, base::Time pause) {
  if (mean_time_between.si() <= 0.0 || !is_finite(mean_time_between)) return mean_time_between;
  return mean_time_between * one_plus_lambert_w0(pause / mean_time_between);
}

SegmentTimes expected_times(base::Time mean_time_between, const Segment& segment) {
  SegmentTimes times;
  times.productive = segment.interval;
  times.checkpointing = segment.pause;
  if (!is_finite(mean_time_between)) return times;
  const base::Time undisturbed = segment.interval + segment.pause;
  const base::Time attempts = mean_time_between *
                              std::exp(segment.durable_after / mean_time_between) *
                              std::expm1(undisturbed / mean_time_between);
  times.lost = std::max(base::Time(0), attempts - undisturbed);
  times.recovering = attempts * std::expm1(segment.recovery / mean_time_between);
  return times;
}

}  // namespace weft::campaign
