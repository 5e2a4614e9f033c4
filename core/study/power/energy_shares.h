// Where the energy of a course went. Internal to the room.
#pragma once

#include <vector>

#include "course.h"
#include "weft/power_study/power_over_time.h"

namespace weft::power_study {

// Energy at the meter by cause; sums to that of the timelines. Idle hosts have what they and their
// cooling draw; all else that is there whatever the job does goes by time. While the job steps it
// goes by what devices draw for each part of the step.
std::vector<EnergyShare> shares_of(const Course& course, const Timelines& timelines,
                                   const Levels& levels, const Overheads& overheads,
                                   const step_power::JobProfile& profile);

// s of sound stepping, of which work was lost or not, evaluations not counted.
double stepping(const Course& course);

}  // namespace weft::power_study
