// What a job does, one thing after the other. Internal to the room.
#pragma once

#include <optional>
#include <vector>

#include "weft/campaign/outlook.h"
#include "weft/power/timeline.h"
#include "weft/step_power/levels.h"
#include "weft/study/run.h"

namespace weft::power_study {

using step_power::Levels;
using step_power::Overheads;
using step_power::Pair;

// From the end of the one before.
struct Segment {
  double until = 0;  // s
  bool evaluates = false;
  campaign::TimeClass doing = campaign::TimeClass::kProductive;
  double rate = 1;     // of the sound job's speed, while it steps
  double missing = 0;  // share of the job's hosts
  double phase = 0;    // s into a step of this rate
  // To the mean of the day: meter over IT, and carbon of the grid.
  double overhead = 1, carbon = 1;
  [[nodiscard]] bool steps() const {
    return !evaluates && doing == campaign::TimeClass::kProductive;
  }
};

struct Course {
  std::vector<Segment> segments;  // none of no length
  double wasted = 0;              // s of sound stepping whose work was lost
  double stops = 0, checkpoints = 0;
};

// Steps one after the other, with evaluations between them.
Course steps_in_a_row(double step, std::int64_t steps,
                      const std::optional<study::Evaluation>& evaluation);
// One replica of the campaign. Throws base::InputError for a job that no campaign can have.
Course of_campaign(const study::Study& study, const study::Case& study_case,
                   const study::Outcome& outcome, double step);

// A course as power: one timeline a channel, a stretch a segment.
struct Timelines {
  power::Timeline devices, hosts;
  power::Timeline site;  // at the meter, by the hour of each segment
};
Timelines timelines_of(const Course& course, const Levels& levels, const Overheads& overheads);

}  // namespace weft::power_study
