// Spares, storage and network that a design needs.
#include <algorithm>
#include <cmath>

#include "designer.h"
#include "weft/campaign/campaign.h"
#include "weft/interconnect/tier.h"

namespace weft::size {

namespace {

using campaign::Component;
using campaign::Policy;
using campaign::Scope;

// Bandwidths that are looked at: what is needed lies between these or nowhere.
constexpr base::Bandwidth kLeastWrite{1e6};
constexpr base::Bandwidth kMostWrite{1e15};
constexpr int kHalvings = 60;

const Component* find(const Policy& policy, const std::string& name) {
  const auto found = std::find_if(policy.components.begin(), policy.components.end(),
                                  [&](const Component& part) { return part.name == name; });
  return found == policy.components.end() ? nullptr : &*found;
}

// Hosts that one failure takes out of the job.
double hosts_taken(const Component& component, const Policy& policy) {
  const auto behind = [&](int hosts) { return std::max(1.0, hosts * component.affects); };
  switch (component.scope.value_or(campaign::scope_of(component.unit))) {
    case Scope::kDevice:
    case Scope::kHost:
    case Scope::kRail:
      return 1;
    case Scope::kSwitch:
      return behind(policy.domains.hosts_per_switch);
    case Scope::kRack:
      return behind(policy.domains.hosts_per_rack);
    case Scope::kCoolingLoop:
      return behind(policy.domains.hosts_per_loop);
    case Scope::kLink:
    case Scope::kSite:  // no spare replaces all of it
    case Scope::kJob:
      return 0;
  }
  return 0;
}

// Until it is back: a repair that did not help is done again.
base::Time out_for(const Component& component, const Policy& repairs) {
  const auto away = component.repair.value_or(repairs.out_of_band).mean() /
                    std::max(1 - repairs.returned_bad, 0.01);
  return repairs.reboot.mean() * component.transient + away * (1 - component.transient);
}

// Share of the run that checkpoints stop it; 1 where it makes no progress.
double pause_share(const study::Case& one, const workload::Job& job, const study::Outcome& outcome,
                   base::Bandwidth write) {
  auto cluster = one.cluster;
  cluster.storage.write = write;
  cluster.storage.read = std::max(cluster.storage.read, write);
  const auto goodput =
      campaign::simulate(cluster, outcome.devices_used, outcome.ledger, job, one.policy);
  return goodput.makes_progress && goodput.wall.si() > 0 ? goodput.checkpointing / goodput.wall
                                                         : 1.0;
}

}  // namespace

bool has_repair_times(const Policy& policy) { return policy.out_of_band.mean().si() > 0; }

double hosts_out(const study::Case& one, const study::Outcome& outcome, const Policy& repairs) {
  const bool has_own = has_repair_times(one.policy);
  const auto& by = has_own ? one.policy : repairs;
  double out = 0;
  for (const auto& line : outcome.goodput.by_component) {
    const auto* own = find(one.policy, line.component);
    const auto* known = find(by, line.component);
    if (known == nullptr) known = own;
    if (known == nullptr) continue;  // a population's: not mended in this time
    out +=
        line.rate * out_for(*known, by) * hosts_taken(own != nullptr ? *own : *known, one.policy);
  }
  return out;
}

Storage storage_for(const study::Case& one, const workload::Job& job, const study::Outcome& outcome,
                    double share) {
  Storage storage;
  const auto& policy = one.policy;
  storage.write = storage.written = one.cluster.storage.write;
  storage.bytes =
      campaign::checkpoint_bytes(policy.checkpoint, workload::count_parameters(job.model).total);
  const auto at = [&](base::Bandwidth write) { return pause_share(one, job, outcome, write); };
  storage.pause = at(storage.written);
  if (policy.checkpoint.asynchronous || storage.pause <= share || job.tokens <= 0) {
    storage.reaches = storage.pause <= share;
    return storage;
  }
  storage.reaches = at(kMostWrite) <= share;
  if (!storage.reaches) return storage;
  double low = std::log(kLeastWrite.si());  // does not
  double high = std::log(kMostWrite.si());  // does
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    (at(base::Bandwidth(std::exp(middle))) <= share ? high : low) = middle;
  }
  storage.write = base::Bandwidth(std::exp(high));
  storage.pause = at(storage.write);
  return storage;
}

std::vector<FabricLine> fabric_lines(const interconnect::Fabric& fabric) {
  std::vector<FabricLine> lines;
  const auto inventory = fabric.inventory();
  for (std::size_t t = 0; t < inventory.size(); ++t) {
    const auto& tier = fabric.tiers()[t];
    const auto& built = inventory[t];
    FabricLine line{tier.name,      0,           tier.oversubscription,
                    built.switches, built.links, built.optical_modules};
    if (tier.kind == interconnect::TierKind::kFatTree) {
      const auto inside = t == 0 ? 1 : fabric.unit_size(static_cast<int>(t) - 1);
      line.layers = interconnect::fat_tree_layers(tier, inside);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace weft::size
