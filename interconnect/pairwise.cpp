// Messages between pairs: all-to-all as n-1 exchanges with one partner after another, and
// point-to-point. A message crosses one tier, the outermost one on its way; the tiers carry their
// messages side by side, except those that share ports. Between dimensions of a mesh or torus
// devices pass messages on: one that changes its place in several dimensions loads each of them.

#include <algorithm>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

double point_to_point(const Path& path, double bytes) {
  const TierModel& tier = *path.top().tier;
  return tier.latency + tier.message_time + bytes * tier.byte_time;
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

double all_to_all(const Path& path, double bytes) {
  double latency = 0;
  double slowest = 0;
  double carried = 0;  // by this tier's ports for tiers further out
  for (int i = path.count - 1; i >= 0; --i) {
    const Crossing& crossing = path.crossings[i];
    const TierModel& tier = *crossing.tier;
    const double messages = partners(path, i);
    const Spread spread = spread_over(crossing);
    latency += messages * spread.hops * tier.latency;
    const double part = bytes / path.ranks;
    carried +=
        messages / spread.links * (part * tier.all_to_all_byte_time + tier.all_to_all_message_time);
    slowest = std::max(slowest, carried);
    if (!crossing.shares_ports) carried = 0;
  }
  return latency + slowest;
}

}  // namespace

double pairwise_time(Collective collective, const Path& path, double bytes) {
  if (collective == Collective::kPointToPoint) return point_to_point(path, bytes);
  return collective == Collective::kAllToAll ? all_to_all(path, bytes) : kNever;
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
