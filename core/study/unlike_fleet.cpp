#include "weft/study/unlike_fleet.h"

#include <algorithm>

#include "weft/population/early_life.h"

namespace weft::study {

namespace {

bool stands_in_a_host(campaign::Scope scope) {
  return scope == campaign::Scope::kDevice || scope == campaign::Scope::kHost ||
         scope == campaign::Scope::kRail;
}

const manufacturing::Bin* bin_named(const manufacturing::Bins& bins, const std::string& name) {
  const auto found = std::find_if(bins.bins.begin(), bins.bins.end(),
                                  [&](const manufacturing::Bin& bin) { return bin.name == name; });
  return found == bins.bins.end() ? nullptr : &*found;
}

campaign::Cause weak_devices(const population::EarlyLife& early, double silent,
                             std::int64_t devices, const campaign::Policy& policy) {
  campaign::Component component;
  component.name = kWeakDevices;
  component.unit = campaign::Unit::kDevice;
  component.law = campaign::weak_units_law(base::Rate(0), early.weak.share,
                                           {early.weak.shape, early.weak.life});
  component.silent = silent;
  auto cause = campaign::cause_of(component, static_cast<double>(devices), policy);
  cause.age += early.weak.age;
  return cause;
}

// What hosts suffer together, and the share of it that a reboot mends.
struct OfHosts {
  base::Rate rate;
  double transient = 0;
};

OfHosts failures_of_hosts(const campaign::Scenario& scenario) {
  OfHosts sum;
  const auto span = std::min(scenario.horizon.work, scenario.horizon.window);
  for (const auto& cause : scenario.causes) {
    if (!stands_in_a_host(cause.scope)) continue;
    const auto rate = campaign::failure_rate(cause, span) * (1 - cause.tolerated);
    sum.rate += rate;
    sum.transient += rate.si() * cause.transient;
  }
  if (sum.rate.si() > 0) sum.transient /= sum.rate.si();
  return sum;
}

// Hosts with a second hazard on top of what all have, which is constant.
campaign::Cause lemon_hosts(const campaign::Scenario& scenario, const population::Lemons& lemons,
                            const campaign::Policy& policy) {
  const auto own = failures_of_hosts(scenario);
  const auto hosts = static_cast<double>(scenario.fleet.hosts);
  const auto more = own.rate * ((lemons.multiplier - 1) / hosts);
  campaign::Component component;
  component.name = kLemonHosts;
  component.unit = campaign::Unit::kHost;
  component.law = campaign::weak_units_law(base::Rate(0), lemons.share, {1.0, 1.0 / more});
  component.transient = own.transient;
  auto cause = campaign::cause_of(component, hosts, policy);
  // The share is of the hosts that begin the job.
  cause.age = base::Time(0);
  return cause;
}

}  // namespace

population::Population refilled(population::Population population,
                                const manufacturing::Manufacturing& made) {
  const auto bins = manufacturing::make_bins(made);
  population.survival = bins.survival;
  double sum = 0;
  for (auto& kind : population.classes) {
    if (const auto* bin = bin_named(bins, kind.bin)) {
      kind.p_latent = bin->p_latent;
      if (!population.bins_given) kind.share = bin->share;
    }
    sum += kind.share;
  }
  if (sum > 0) {
    for (auto& kind : population.classes) kind.share /= sum;
  }
  return population;
}

void add_early_life(campaign::Scenario& scenario, const population::Population& population,
                    const std::optional<manufacturing::Manufacturing>& made, std::int64_t devices,
                    const campaign::Policy& policy) {
  for (auto& cause : scenario.causes) {
    if (stands_in_a_host(cause.scope)) cause.age += population.acceptance.time;
  }
  const auto early = population::early_life(made ? refilled(population, *made) : population);
  const auto own = failures_of_hosts(scenario);
  const bool has_lemons =
      early.lemons.share > 0 && early.lemons.multiplier > 1 && own.rate.si() > 0;
  if (has_lemons) scenario.causes.push_back(lemon_hosts(scenario, early.lemons, policy));
  if (made && early.weak.share > 0) {
    scenario.causes.push_back(weak_devices(early, made->latent.silent, devices, policy));
  }
}

}  // namespace weft::study
