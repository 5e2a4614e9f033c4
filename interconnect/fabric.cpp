#include "weft/interconnect/fabric.h"

#include <algorithm>
#include <climits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "algorithms.h"
#include "dragonfly.h"
#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

bool is_direct(TierKind kind) {
  return kind == TierKind::kPair || kind == TierKind::kFullMesh || kind == TierKind::kSwitch ||
         kind == TierKind::kLongHaul;
}

// Where traffic shares cables in ways of its own, the busiest cable paces it.
void take_shares(const Tier& tier, std::int64_t devices_inside, TierModel& model) {
  double neighbour = 0;  // s/byte of the busiest cable
  double all_to_all = 0;
  const double efficiency = tier.link.efficiency;
  if (tier.kind == TierKind::kDragonfly) {
    const DragonflyLoad load = dragonfly_load(tier.dragonfly, devices_inside);
    neighbour = load.neighbour / tier.link.bandwidth.si();
    all_to_all = load.all_to_all / tier.link.bandwidth.si();
  } else if (tier.kind == TierKind::kGraph) {
    neighbour = tier.graph_use.neighbour_time * static_cast<double>(devices_inside);
    all_to_all = tier.graph_use.all_to_all_time * static_cast<double>(devices_inside);
    model.latency = tier.graph_use.latency.si();
  } else {
    return;
  }
  model.byte_time = std::max(model.byte_time, neighbour / efficiency);
  model.all_to_all_byte_time =
      std::max(model.all_to_all_byte_time, all_to_all / tier.link.all_to_all_efficiency);
}

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
  model.is_mesh = tier.kind == TierKind::kFullMesh || tier.kind == TierKind::kLongHaul;
  model.is_direct = is_direct(tier.kind);
  model.shares_ports = tier.shares_ports;
  model.is_ring = tier.kind == TierKind::kRing;
  model.wraps = tier.wraps;
  model.forwards = tier.kind == TierKind::kRing || tier.passes_on || !tier.joins_rails;
  take_shares(tier, devices_inside, model);
  take_trunk(tier, devices_inside, model);
  return model;
}

// The tier when its link sends the low-latency way, if it has one.
Tier in_low_latency(Tier tier) {
  Link& link = tier.link;
  if (!link.low_latency) return tier;
  link.latency = link.low_latency->latency;
  link.efficiency = link.low_latency->efficiency;
  link.half_size = base::Bytes(0);
  link.in_switch_reduction.reset();
  return tier;
}

// The way to a gateway is a way through the network in front of it.
void add_ways_to_gateways(std::span<const Tier> tiers, std::span<TierModel> models) {
  std::int64_t devices = 1;
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    const bool has_gateways = tiers[i].kind == TierKind::kLongHaul && i > 0;
    if (has_gateways && top_nodes(tiers[i - 1], devices / tiers[i - 1].children).count > 0) {
      models[i].latency += models[i - 1].latency;
      const Trunk& inner = models[i - 1].trunk;
      enter_by(inner.devices > 0 ? inner.port_byte_time : models[i - 1].byte_time, models[i]);
    }
    devices *= tiers[i].children;
  }
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
    Tier& tier = tiers_[i];
    if (tier.kind == TierKind::kLongHaul && tier.links > 0) {
      tier.links_per_device = tier.links / static_cast<double>(devices);
    }
    check(tier);
    if (tier.children > INT_MAX / devices) throw std::invalid_argument("too many devices");
    (void)unit_inventory(tier, devices);  // throws when it cannot be built
    models_[i] = model_of(tier, devices);
    devices *= tier.children;
    unit_sizes_[i] = devices;
  }
  add_ways_to_gateways(tiers_, {models_.data(), tiers_.size()});
  add_low_latency();
  add_detours();
}

void Fabric::add_low_latency() {
  const bool has_any = std::any_of(tiers_.begin(), tiers_.end(), [](const Tier& tier) {
    return tier.link.low_latency.has_value();
  });
  if (!has_any) return;
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    const std::int64_t inside = i == 0 ? 1 : unit_sizes_[i - 1];
    low_latency_models_.push_back(model_of(in_low_latency(tiers_[i]), inside));
  }
  add_ways_to_gateways(tiers_, low_latency_models_);
}

std::vector<TierInventory> Fabric::inventory() const {
  std::vector<TierInventory> totals;
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    const std::int64_t inside = i == 0 ? 1 : unit_sizes_[i - 1];
    const std::int64_t units = size() / unit_sizes_[i];
    TierInventory inventory = unit_inventory(tiers_[i], inside);
    inventory.switches *= units;
    inventory.links *= units;
    inventory.spares *= units;
    inventory.spare_links *= units;
    inventory.optical_modules *= static_cast<double>(units);
    totals.push_back(std::move(inventory));
  }
  return totals;
}

}  // namespace weft::interconnect
