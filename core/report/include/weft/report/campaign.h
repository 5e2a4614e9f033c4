// The answer of `weft campaign`.
#pragma once

#include <string>
#include <vector>

#include "weft/report/terminal.h"
#include "weft/weeks/look_ahead.h"
#include "weft/weeks/published.h"

namespace weft::report {

// The schema of the JSON, as kRunSchema.
inline constexpr const char* kCampaignSchema = "weft.campaign/1";

struct CampaignReport {
  const study::Study& study;
  const std::vector<weeks::CaseAnswer>& answers;  // one a case
};

// A table of all variants where there are several, then the first one of each cluster.
std::string to_terminal(const CampaignReport& report, Colour colour);
std::string to_json(const CampaignReport& report);
// One line a variant: what was varied, then the figures with half widths of their 95 % intervals.
std::string to_csv(const CampaignReport& report);
// What happened in replica 0 of every variant: cluster, variant, time_s, happening, cause, and the
// throughput from then on (1: all alike and sound) or the number of hosts that are waited for.
std::string campaign_timeline_csv(const CampaignReport& report);

// Published points beside what is predicted.
std::string published_terminal(const std::vector<weeks::PublishedPoint>& points, Colour colour);
std::string published_csv(const std::vector<weeks::PublishedPoint>& points);
std::string published_json(const std::vector<weeks::PublishedPoint>& points);

}  // namespace weft::report
