// Messages between pairs: all-to-all, as n-1 exchanges with one partner after another or with all
// at once, and point-to-point. A message crosses one tier, the outermost one on its way. One after
// another, all ranks cross the same tier in a step, each over one link. At once, the tiers carry
// their messages side by side, except those that share ports; between dimensions of a mesh or torus
// devices pass messages on: one that changes its place in several dimensions loads each of them.

#include <algorithm>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

double point_to_point(const Path& path, double bytes) {
  const TierModel& tier = *path.top().tier;
  const double links = tier.detour_children > 0 ? path.top().links : 1;
  return tier.latency + (tier.message_time + bytes * tier.byte_time) / links;
}

// Messages of one device evenly to the other children of the tier: over how many links' worth they
// spread, and the hops that they make. In a circle they run either way round, a quarter of it on
// average when it is even; in a line the middle link carries most.
struct Spread {
  double links = 1;
  double hops = 1;
};

Spread spread_over(const Crossing& crossing) {
  if (!crossing.tier->is_ring) return {crossing.links, 1};
  const int n = crossing.children;
  const int half = n / 2;
  const double across = static_cast<double>(half) * (n - half);
  const double others = n - 1.0;
  if (crossing.closes) return {2 * others / across, across / others};
  return {others / across, (n + 1) / 3.0};
}

// Messages of a device that cross tier i of the path.
double partners(const Path& path, int i) {
  const Crossing& crossing = path.crossings[i];
  double messages = crossing.inside - crossing.below;
  for (int k = i + 1; k < path.count; ++k) {
    const Crossing& further = path.crossings[k];
    if (!further.tier->forwards) continue;
    messages += (further.inside - further.below) * (crossing.children - 1) / crossing.children;
  }
  return messages;
}

// Whether messages of a step can get into each other's way on links that devices pass them over.
bool passes_on(const Path& path) {
  const auto tiers = path.tiers();
  return std::any_of(tiers.begin(), tiers.end(), [&](const Crossing& crossing) {
    return crossing.tier->is_ring || (crossing.tier->forwards && path.count > 1);
  });
}

// All messages of a device one after another. Those of a tier that shares ports leave by them. In
// groups that do not fill their tiers some rank crosses the slowest tier in every step.
double summed(const Path& path, double bytes) {
  double time = 0;
  double slowest = 0;
  double ports = 0;  // s per byte of the tier before
  for (const Crossing& crossing : path.tiers()) {
    const TierModel& tier = *crossing.tier;
    ports = std::max(crossing.shares_ports ? ports : 0, tier.all_to_all_byte_time);
    const double each = tier.latency + tier.all_to_all_message_time + bytes / path.ranks * ports;
    time += (crossing.inside - crossing.below) * each;
    slowest = std::max(slowest, each);
  }
  return path.even ? time : (path.ranks - 1) * slowest;
}

int farthest_hops(const Crossing& crossing) {
  if (!crossing.tier->is_ring) return 1;
  return crossing.closes ? crossing.children / 2 : crossing.children - 1;
}

// Latency of the message of a device that has the longest way.
double longest_latency(const Path& path) {
  double longest = 0;
  for (int i = 0; i < path.count; ++i) {
    const Crossing& crossing = path.crossings[i];
    if (!(partners(path, i) > 0)) continue;
    const double further_in = crossing.tier->forwards ? longest : 0;
    longest = std::max(longest, further_in + farthest_hops(crossing) * crossing.tier->latency);
  }
  return longest;
}

// Until the busiest ports have sent all messages of a device.
double occupation(const Path& path, double bytes) {
  double slowest = 0;
  double carried = 0;  // by this tier's ports for tiers further out
  for (int i = path.count - 1; i >= 0; --i) {
    const Crossing& crossing = path.crossings[i];
    const TierModel& tier = *crossing.tier;
    const double messages = partners(path, i);
    const double links = spread_over(crossing).links;
    const double part = bytes / path.ranks;
    carried += messages / links * (part * tier.all_to_all_byte_time + tier.all_to_all_message_time);
    slowest = std::max(slowest, carried);
    if (!crossing.shares_ports) carried = 0;
  }
  return slowest;
}

}  // namespace

double pairwise_time(Collective collective, const Path& path, double bytes) {
  if (collective == Collective::kPointToPoint) return point_to_point(path, bytes);
  if (collective != Collective::kAllToAll || passes_on(path)) return kNever;
  return summed(path, bytes);
}

double posted_time(const Path& path, double bytes) {
  return longest_latency(path) + occupation(path, bytes);
}

void pairwise_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  if (collective == Collective::kPointToPoint) {
    sent[path.top().index] = base::Bytes(bytes);
    return;
  }
  for (int i = 0; i < path.count; ++i) {
    const Crossing& crossing = path.crossings[i];
    const double share = partners(path, i) * spread_over(crossing).hops / path.ranks;
    sent[crossing.index] = base::Bytes(bytes * share);
  }
}

}  // namespace weft::interconnect
