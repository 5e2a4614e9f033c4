#include <cmath>
#include <vector>

#include "weft/campaign/campaign.h"
#include "weft/study/unlike_fleet.h"
#include "weft/weeks/look_ahead.h"

namespace weft::weeks {

namespace {

bool is_there_once(const campaign::Policy& policy, const std::string& cause) {
  for (const auto& component : policy.components) {
    if (component.name != cause) continue;
    return component.unit == campaign::Unit::kJob || component.unit == campaign::Unit::kSite ||
           component.unit == campaign::Unit::kStorage;
  }
  return false;
}

}  // namespace

campaign::Cause latent_cause(const manufacturing::Manufacturing& made,
                             const manufacturing::Bins& bins, double packages,
                             const campaign::Policy& policy) {
  // The share is of packages that left burn-in; the law counts from before it.
  const double alive = 1.0 - bins.survival.failed_in_burn_in();
  campaign::Component component;
  component.name = kLatentDefects;
  component.unit = campaign::Unit::kPackage;
  component.law =
      campaign::weak_units_law(base::Rate(0), manufacturing::weak_when_new(bins.p_latent, alive),
                               {bins.survival.shape, bins.survival.life});
  component.silent = made.latent.silent;
  auto cause = campaign::cause_of(component, packages, policy);
  cause.age += bins.survival.aged;
  return cause;
}

campaign::Scenario scenario_of(const Weeks& weeks, const campaign::Policy& policy,
                               const std::optional<manufacturing::Manufacturing>& made) {
  const auto& cluster = weeks.study_case->cluster;
  const auto& outcome = *weeks.outcome;
  const auto& job = weeks.study->job;
  std::vector<campaign::PartInUse> parts;
  for (std::size_t i = 0; i < outcome.parts.size(); ++i) {
    parts.push_back({&cluster.part(static_cast<int>(i)), outcome.parts[i].devices_used});
  }
  const auto& window = weeks.study_case->campaign.window;
  if (!window && job.tokens <= 0) {
    throw base::InputError(
        {{{}, 1, "a campaign of a job without tokens never begins", "or give it a `window`"}});
  }
  // A window is looked at whatever the work.
  const campaign::JobShape shape{outcome.ledger.step,
                                 window ? *window : outcome.ledger.step * job.steps(),
                                 workload::count_parameters(job.model).total, outcome.plan.data};
  auto scenario = campaign::scenario_of(parts, shape, policy);
  scenario.name = cluster.label;
  if (window) {
    scenario.horizon.window = *window;
    scenario.horizon.work = campaign::Horizon().work;
  }
  if (cluster.is_mixed()) return scenario;
  if (outcome.populated) {
    study::add_early_life(scenario, outcome.populated->population, made, outcome.devices_used,
                          policy);
    return scenario;
  }
  if (!made) return scenario;
  const auto bins = manufacturing::make_bins(*made);
  const double packages =
      campaign::count_units(cluster, outcome.devices_used, campaign::Unit::kPackage);
  if (bins.p_latent > 0) {
    scenario.causes.push_back(latent_cause(*made, bins, packages, policy));
  }
  return scenario;
}

campaign::Scenario scaled(const campaign::Scenario& scenario, const campaign::Policy& policy,
                          double times) {
  auto result = scenario;
  for (auto& cause : result.causes) {
    if (!is_there_once(policy, cause.name)) cause.units = std::round(cause.units * times);
  }
  return result;
}

}  // namespace weft::weeks
