// Closed forms of a collective that has the network to itself.

#include <utility>
#include <vector>

#include "weft/network/collective.h"

namespace weft::network {

namespace {

using interconnect::CollectiveCost;
using interconnect::Fabric;
using interconnect::GroupShape;
using interconnect::Tier;

bool is_all_to_all(Collective collective) { return collective == Collective::kAllToAll; }

// The fabric when all its links that have a low-latency way use it; the others are as they are.
std::optional<Fabric> low_latency_of(const Fabric& fabric) {
  std::vector<Tier> tiers = fabric.tiers();
  bool has_any = false;
  for (Tier& tier : tiers) {
    if (!tier.link.low_latency) continue;
    has_any = true;
    tier.link.latency = tier.link.low_latency->latency;
    tier.link.efficiency = tier.link.low_latency->efficiency;
    tier.link.half_size = base::Bytes(0);
    tier.link.in_switch_reduction.reset();
  }
  if (!has_any) return std::nullopt;
  return Fabric(std::move(tiers));
}

Fabric posted_of(const Fabric& fabric) {
  std::vector<Tier> tiers = fabric.tiers();
  for (Tier& tier : tiers) tier.link.latency = tier.link.switch_latency = base::Time(0);
  return tiers.empty() ? Fabric() : Fabric(std::move(tiers));
}

CollectiveCost cost_of(const Fabric& fabric, Collective collective, const GroupShape& group,
                       base::Bytes bytes, std::optional<Algorithm> algorithm) {
  return algorithm ? fabric.cost(collective, group, bytes, *algorithm)
                   : fabric.cost(collective, group, bytes);
}

}  // namespace

AloneModel::AloneModel(Fabric fabric)
    : fabric_(std::move(fabric)),
      low_latency_(low_latency_of(fabric_)),
      posted_(posted_of(fabric_)) {}

AloneModel::Cost AloneModel::cost(Collective collective, const GroupShape& group, base::Bytes bytes,
                                  std::optional<Algorithm> algorithm) const {
  Cost best{cost_of(fabric_, collective, group, bytes, algorithm), false};
  const auto take = [&](const CollectiveCost& other, bool low_latency) {
    if (other.time < best.cost.time) best = {other, low_latency};
  };
  const bool is_one_way = collective == Collective::kPointToPoint || is_all_to_all(collective);
  if (low_latency_ && !is_one_way) {
    take(cost_of(*low_latency_, collective, group, bytes, algorithm), true);
  }
  const int top = group.top_tier();
  const bool may_post = !algorithm || algorithm == Algorithm::kDirect;
  if (is_all_to_all(collective) && may_post && top >= 0) {
    auto posted = posted_.cost(collective, group, bytes, Algorithm::kPairwise);
    posted.time = posted.time + fabric_.message_latency(top);
    posted.algorithm = Algorithm::kDirect;
    take(posted, false);
  }
  return best;
}

}  // namespace weft::network
