#include "hours.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "weft/base/quantity.h"

namespace weft::power_study {

namespace {

bool is_flat(const site::DailyCurve& curve) { return curve.by_hour == site::DailyCurve().by_hour; }

site::DailyCurve overhead_by_hour(const site::Site& site) {
  site::DailyCurve curve;
  if (!site.cooling || site.cooling->wet_bulb.size() != curve.by_hour.size()) return curve;
  for (std::size_t h = 0; h < curve.by_hour.size(); ++h) {
    const double pue = 1 + site.distribution + site.cooling->share_at(site.cooling->wet_bulb[h]);
    curve.by_hour[h] = pue / site.pue;
  }
  return curve;
}

}  // namespace

Hours::Hours(const site::Site& site, const study::PowerRequest& request)
    : start(request.start_hour.value_or(0)) {
  if (!request.goes_by_the_hour()) return;
  overhead = overhead_by_hour(site);
  carbon = site.carbon_by_hour;
}

bool Hours::are_alike() const { return is_flat(overhead) && is_flat(carbon); }

void cut_by_hour(Course& course, const Hours& hours) {
  if (hours.are_alike()) return;
  const double hour = base::kHour.si();
  // The hours passed since midnight are counted, so that no rounding skips or repeats one.
  double passed = std::floor(hours.start);
  std::vector<Segment> cut;
  double from = 0;
  for (const auto& segment : course.segments) {
    auto rest = segment;
    while (from < segment.until) {
      const double end = (passed + 1 - hours.start) * hour;
      const auto at = static_cast<std::size_t>(std::fmod(passed, site::kHoursADay));
      rest.overhead = hours.overhead.by_hour[at];
      rest.carbon = hours.carbon.by_hour[at];
      rest.until = std::min(end, segment.until);
      cut.push_back(rest);
      rest.phase += rest.until - from;
      from = rest.until;
      if (end <= segment.until) passed += 1;
    }
  }
  course.segments = std::move(cut);
}

}  // namespace weft::power_study
