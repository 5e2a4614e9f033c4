#include <algorithm>

#include "weft/interconnect/wiring.h"
#include "weft/traffic/run.h"

namespace weft::traffic {

Network::Network(const interconnect::Fabric& fabric, bool merges)
    : fabric_(fabric), graph_(interconnect::wire(fabric)) {
  if (merges) graph_ = graph::merge_twins(graph_);
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
