#include "weft/interconnect/fabric.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace weft::interconnect {

namespace {

// A link of bandwidth b and efficiency e takes (s + half_size) / (b·e) for a message of s bytes; a
// device with L of them cuts its message in L parts, or shares one link with 1/L - 1 others.
TierModel model_of(const Tier& tier, std::int64_t devices_inside) {
  const Link& link = tier.link;
  const int hops = tier.switch_hops(devices_inside);
  const double bandwidth = link.bandwidth.si() * tier.links_per_device / tier.oversubscription;
  const double half_time =
      (link.half_size / link.bandwidth).si() / std::min(tier.links_per_device, 1.0);
  TierModel model;
  model.bandwidth = bandwidth;
  model.latency = (link.latency + std::max(hops - 1, 0) * link.switch_latency).si();
  model.call_overhead = link.call_overhead.si();
  model.byte_time = 1 / (bandwidth * link.efficiency);
  model.message_time = half_time / link.efficiency;
  model.all_to_all_byte_time = 1 / (bandwidth * link.all_to_all_efficiency);
  model.all_to_all_message_time = half_time / link.all_to_all_efficiency;
  if (link.in_switch_reduction && hops > 0) {
    model.in_switch_minimum = link.in_switch_reduction->minimum_ranks;
    model.in_switch_byte_time = 1 / (bandwidth * link.in_switch_reduction->efficiency);
    model.in_switch_latency = std::max(link.in_switch_reduction->latency.si(), 2 * model.latency);
  }
  model.is_mesh = tier.kind == TierKind::kFullMesh;
  model.is_direct = tier.kind != TierKind::kFatTree;
  model.shares_ports = tier.shares_ports;
  return model;
}

void check(const Tier& tier) {
  const bool is_sound = tier.children >= 1 && tier.link.bandwidth.si() > 0 &&
                        tier.link.efficiency > 0 && tier.link.all_to_all_efficiency > 0 &&
                        tier.links_per_device > 0 && tier.oversubscription >= 1;
  if (!is_sound) throw std::invalid_argument(fmt::format("tier '{}' is not complete", tier.name));
}

}  // namespace

Fabric::Fabric(std::vector<Tier> tiers) : tiers_(std::move(tiers)) {
  if (tiers_.empty() || tiers_.size() > static_cast<std::size_t>(kMaxTiers)) {
    throw std::invalid_argument(fmt::format("a fabric has 1 to {} tiers", kMaxTiers));
  }
  std::int64_t devices = 1;
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    const Tier& tier = tiers_[i];
    check(tier);
    (void)unit_inventory(tier, devices);  // throws when it cannot be built
    models_[i] = model_of(tier, devices);
    devices *= tier.children;
    unit_sizes_[i] = devices;
  }
}

std::vector<TierInventory> Fabric::inventory() const {
  std::vector<TierInventory> totals;
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    const std::int64_t inside = i == 0 ? 1 : unit_sizes_[i - 1];
    const std::int64_t units = size() / unit_sizes_[i];
    TierInventory inventory = unit_inventory(tiers_[i], inside);
    inventory.switches *= units;
    inventory.links *= units;
    inventory.optical_modules *= static_cast<double>(units);
    totals.push_back(std::move(inventory));
  }
  return totals;
}

}  // namespace weft::interconnect
