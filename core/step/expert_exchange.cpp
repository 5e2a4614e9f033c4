#include "expert_exchange.h"

#include <algorithm>

#include "weft/step/token_copies.h"

namespace weft::step {

namespace {

using interconnect::Collective;
using interconnect::CollectiveCost;
using interconnect::GroupShape;

// Of the copies of a token, those that cross hosts, for experts picked at random; the tier outside
// the hosts is the group's outermost one.
double copies_sent(const GroupShape& group, const workload::Exchange& e) {
  const double hosts = group.tiers[static_cast<std::size_t>(group.top_tier())].children;
  return hosts_reached(hosts, e.copies, e.groups, e.top_groups) / e.copies;
}

// The members in one host.
GroupShape inside_host(GroupShape group) {
  const auto top = static_cast<std::size_t>(group.top_tier());
  group.size = group.tiers[top].members_most;
  for (auto tier = top; tier < group.tiers.size(); ++tier) {
    group.tiers[tier] = {1, group.size, group.size};
  }
  return group;
}

// All copies move inside the hosts, those from other hosts once they are there.
void pass_on(const interconnect::Fabric& fabric, const GroupShape& group, base::Bytes bytes,
             CollectiveCost& cost) {
  const auto host = inside_host(group);
  if (host.size < 2) return;
  const auto inside = fabric.cost(Collective::kAllToAll, host, bytes);
  const auto top = static_cast<std::size_t>(group.top_tier());
  cost.time = std::max(cost.time, inside.time);
  std::copy_n(inside.sent.begin(), top, cost.sent.begin());
}

// `bytes` are those of all copies.
CollectiveCost of_bytes(const interconnect::Fabric& fabric, const workload::Software& software,
                        const GroupShape& group, const workload::Exchange& e, base::Bytes bytes) {
  const int top = group.top_tier();
  const bool once = software.sends_once_per_host && top > 0;
  auto cost =
      fabric.cost(Collective::kAllToAll, group, once ? bytes * copies_sent(group, e) : bytes);
  if (software.expert_bandwidth > 0 && top >= 0) {
    const auto& link = fabric.tiers()[static_cast<std::size_t>(top)].link;
    cost.time = cost.time * (link.all_to_all_efficiency / software.expert_bandwidth);
  }
  if (once) pass_on(fabric, group, bytes, cost);
  return cost;
}

}  // namespace

CollectiveCost expert_exchange(const interconnect::Fabric& fabric,
                               const workload::Software& software, const GroupShape& group,
                               const workload::Exchange& exchange) {
  auto cost = of_bytes(fabric, software, group, exchange, exchange.bytes);
  if (exchange.fullest != 1) {
    cost.time = of_bytes(fabric, software, group, exchange, exchange.bytes * exchange.fullest).time;
  }
  return cost;
}

}  // namespace weft::step
