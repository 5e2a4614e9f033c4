#include "weft/weeks/published.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "published_parts.h"

namespace weft::weeks {

double PublishedPoint::nearer_end() const {
  if (predicted < low) return low;
  return std::min(predicted, high);
}

bool PublishedPoint::is_error_of_loss() const {
  constexpr double kHalf = 0.5;
  return is_share_kept && nearer_end() > kHalf && nearer_end() < 1;
}

double PublishedPoint::error() const {
  const double end = nearer_end();
  if (end == predicted) return 0;
  return is_error_of_loss() ? (1 - predicted) / (1 - end) - 1 : predicted / end - 1;
}

PublishedPoint share_kept(PublishedPoint point) {
  point.is_share_kept = true;
  return point;
}

campaign::Scenario plain_scenario(const PlainJob& job, base::Time window) {
  campaign::Scenario scenario;
  scenario.name = "plain";
  campaign::Cause cause;
  cause.name = "failure";
  cause.units = 1;
  cause.law = campaign::constant_law(1.0 / job.between);
  cause.scope = campaign::Scope::kJob;
  scenario.causes.push_back(cause);
  campaign::Stages stages;
  stages.restart = campaign::fixed(job.recovery);
  scenario.stages.fill(stages);
  campaign::Tier tier;
  tier.name = "storage";
  tier.pause = job.pause;
  tier.keep = 0;
  scenario.tiers.push_back(tier);
  if (job.interval.si() > 0) {
    scenario.interval.rule = campaign::IntervalRule::kFixed;
    scenario.interval.fixed = job.interval;
  }
  scenario.horizon.window = window;
  return scenario;
}

std::vector<PublishedPoint> published_points(const base::Catalog& catalog, int threads) {
  PublishedPoints points;
  add_closed_form_points(points);
  add_manufacturing_points(points, catalog);
  add_checkpoint_points(points, catalog);
  add_played_points(points, threads);
  add_large_points(points, catalog, threads);
  add_llama_points(points, catalog, threads);
  std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) {
    return std::atoi(a.id.c_str() + 1) < std::atoi(b.id.c_str() + 1);
  });
  return points;
}

}  // namespace weft::weeks
