// What the hour of the day does to a course. Internal to the room.
#pragma once

#include "course.h"
#include "weft/site/daily_curve.h"
#include "weft/site/facility.h"
#include "weft/study/power_request.h"

namespace weft::power_study {

// Both flat for steps that begin at no hour. Cooling by 12 months, or by one temperature, is the
// same at all hours.
struct Hours {
  double start = 0;           // hour of the day at which the course begins
  site::DailyCurve overhead;  // meter over IT, to its mean
  site::DailyCurve carbon;    // of the grid

  Hours(const site::Site& site, const study::PowerRequest& request);
  [[nodiscard]] bool are_alike() const;
};

// Cuts segments at full hours, where hours are not alike, and says of each what its hour does.
void cut_by_hour(Course& course, const Hours& hours);

}  // namespace weft::power_study
