#include <algorithm>

#include "weft/details/step_details.h"

namespace weft::details {

namespace {

using interconnect::TierInventory;

// Interruptions a week by what a tier is built of.
struct ByUnit {
  double switches = 0, modules = 0, cables = 0;
};

ByUnit rates_of(const study::Case& c, const study::Outcome& outcome) {
  ByUnit rates;
  for (const auto& component : c.policy.components) {
    for (const auto& one : outcome.goodput.by_component) {
      if (one.component != component.name) continue;
      const double week = one.rate * base::kWeek;
      if (component.unit == campaign::Unit::kSwitch) rates.switches += week;
      if (component.unit == campaign::Unit::kOpticalModule) rates.modules += week;
      if (component.unit == campaign::Unit::kCable) rates.cables += week;
    }
  }
  return rates;
}

double share(double part, double whole) { return whole > 0 ? part / whole : 0.0; }

// How many of each there are in the cluster; of switches those between hosts, as hazards count.
ByUnit counts_of(const cluster::Cluster& part, const TierInventory& tier, std::size_t t) {
  const bool joins_hosts = part.fabric.unit_size(static_cast<int>(t)) > part.host.devices;
  return {joins_hosts ? static_cast<double>(tier.switches) : 0.0, tier.optical_modules,
          static_cast<double>(tier.links)};
}

ByUnit counts_of(const cluster::Cluster& whole) {
  ByUnit sum;
  for (int p = 0; p < whole.parts(); ++p) {
    const auto& part = whole.part(p);
    const auto inventory = part.fabric.inventory();
    for (std::size_t t = 0; t < inventory.size(); ++t) {
      const auto one = counts_of(part, inventory[t], t);
      sum.switches += one.switches;
      sum.modules += one.modules;
      sum.cables += one.cables;
    }
  }
  return sum;
}

std::vector<Level> levels_of(const cluster::Cluster& part) {
  const auto& tiers = part.fabric.tiers();
  std::vector<Level> levels;
  std::int64_t count = part.fabric.size();
  std::string name = "device";
  for (const auto& tier : tiers) {
    levels.push_back({name, count, tier.children});
    count /= tier.children;
    name = tier.name;
  }
  levels.push_back({name, count, 1});
  return levels;
}

TierUse use_of(const interconnect::Tier& tier, base::Bytes sent, base::Time step) {
  TierUse use;
  use.name = tier.name;
  use.link = tier.link.name;
  use.bandwidth = tier.device_bandwidth(tier.children) / tier.oversubscription;
  use.sent = sent;
  if (use.bandwidth.si() > 0) use.load = sent / use.bandwidth / step;
  return use;
}

}  // namespace

std::vector<Network> networks_of(const study::Case& c, const study::Outcome& outcome) {
  const auto rates = rates_of(c, outcome);
  const auto all = counts_of(c.cluster);
  std::vector<Network> networks;
  for (int p = 0; p < c.cluster.parts(); ++p) {
    const auto& part = c.cluster.part(p);
    const auto& ledger = outcome.parts[static_cast<std::size_t>(p)].ledger;
    Network network{part.label, levels_of(part), {}};
    const auto inventory = part.fabric.inventory();
    const auto& tiers = part.fabric.tiers();
    for (std::size_t t = 0; t < tiers.size(); ++t) {
      auto use = use_of(tiers[t], ledger.sent[t], outcome.ledger.step);
      const auto counts = counts_of(part, inventory[t], t);
      use.links = inventory[t].links;
      use.failures_per_week = rates.switches * share(counts.switches, all.switches) +
                              rates.modules * share(counts.modules, all.modules) +
                              rates.cables * share(counts.cables, all.cables);
      network.tiers.push_back(use);
    }
    networks.push_back(std::move(network));
  }
  return networks;
}

}  // namespace weft::details
