// A case moment by moment: power over a step and over hours, one run of its campaign.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/campaign/outlook.h"
#include "weft/power_study/power_over_time.h"
#include "weft/study/run.h"

namespace weft::details {

// `weft power` of a case with a plan; what smooths it is that of the study. Over one step in about
// a thousand samples, none shorter than a millisecond.
power_study::PowerAnswer power_of_step(const study::Study& study, const study::Case& c,
                                       const study::CaseResult& result);
// The same over hours of one replica of the campaign: the study's window, else kUsualWindow.
inline constexpr base::Time kUsualWindow = 12.0 * base::kHour;
power_study::PowerAnswer power_over_hours(const study::Study& study, const study::Case& c,
                                          const study::CaseResult& result);

// The first replica of the campaign of a case, until the tokens are done or its window is over.
struct Weeks {
  std::vector<std::string> causes;  // as in the replica's vectors
  campaign::ReplicaResult replica;  // with its timeline and stretches
  base::Time work;                  // productive time that it needs
};
Weeks one_replica(const study::Study& study, const study::Case& c, const study::Outcome& outcome);

// How far a run has come: days of the clock, and the share of its work that is done and kept.
struct Progress {
  struct Point {
    double time = 0;  // s
    double done = 0;  // share of the work
  };
  std::vector<Point> points;  // at most so many as asked for, and one more
};
// Work that is done again counts where it is done for good, as stretches tell it.
Progress progress_of(const Weeks& weeks, std::size_t most);

}  // namespace weft::details
