#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ways.h"
#include "weft/interconnect/wiring.h"
#include "weft/traffic/run.h"

namespace weft::traffic {

namespace {

// Whose switches carry equal parts of every message: one bit each.
std::uint32_t striped_tiers(const interconnect::Fabric& fabric) {
  std::uint32_t tiers = 0;
  for (std::size_t i = 0; i < fabric.tiers().size(); ++i) {
    const interconnect::Tier& tier = fabric.tiers()[i];
    if (is_striped(tier) && tier.switches > 1) tiers |= 1U << i;
  }
  return tiers;
}

}  // namespace

Network::Network(const interconnect::Fabric& fabric, bool merges)
    : fabric_(fabric), graph_(interconnect::wire(fabric)) {
  if (merges) {
    graph_ = graph::merge_twins(graph_);
  } else if (const std::uint32_t striped = striped_tiers(fabric_); striped != 0) {
    graph_ = graph::merge_twins(graph_, striped);
  }
  const auto& tiers = fabric_.tiers();
  capacity_.reserve(static_cast<std::size_t>(graph_.links()));
  all_to_all_capacity_.reserve(static_cast<std::size_t>(graph_.links()));
  for (const graph::Cable& cable : graph_.cables()) {
    const interconnect::Link& link = tiers.at(static_cast<std::size_t>(cable.tier)).link;
    for (int direction = 0; direction < 2; ++direction) {
      capacity_.push_back(cable.capacity * link.efficiency);
      all_to_all_capacity_.push_back(cable.capacity * link.all_to_all_efficiency);
    }
  }
  for (const interconnect::Tier& tier : tiers) {
    extra_bytes_.push_back(tier.link.half_size.si() * std::max(tier.links_per_device, 1.0));
  }
}

}  // namespace weft::traffic
