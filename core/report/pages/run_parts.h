// Sections of the page of `weft run`. Internal to the room.
#pragma once

#include <string>
#include <vector>

#include "parts.h"
#include "weft/step/timeline.h"

namespace weft::pages {

// A case that has a plan.
struct RunCase {
  std::string label;
  const study::Case* asked;
  study::Case ran;  // with the cap that holds its power limit
  const study::CaseResult* result;
  const study::Sensitivity* sensitivity;
  const validation::NearestPublished* nearest;  // or null

  [[nodiscard]] const study::Outcome& outcome() const { return *result->outcome; }
};
using RunCases = std::vector<RunCase>;

// run_head.cpp
void add_headlines(html::Page& page, const RunCases& cases);
void add_glance(html::Page& page, const RunCases& cases);

// run_step.cpp
void add_step(html::Page& page, const RunCases& cases);
void add_gaps(html::Page& page, const study::Study& study, const RunCases& cases);

// run_timeline.cpp: at most kMostSpans operations and waits of a case; of more, those of the begin
// and of the end of the step.
inline constexpr std::size_t kMostSpans = 6000;
Json timeline_data(const step::Timeline& timeline, bool& is_cut);
void add_timelines(html::Page& page, const study::Study& study, const RunCases& cases);

// run_device.cpp
void add_memory(html::Page& page, const study::Study& study, const RunCases& cases);
void add_networks(html::Page& page, const RunCases& cases);
void add_rooflines(html::Page& page, const study::Study& study, const RunCases& cases);

// run_course.cpp
void add_power(html::Page& page, const study::Study& study, const RunCases& cases);
void add_goodput(html::Page& page, const study::Study& study, const RunCases& cases);

// run_money.cpp
void add_cost(html::Page& page, const RunCases& cases);
void add_tornadoes(html::Page& page, const RunCases& cases);

}  // namespace weft::pages
