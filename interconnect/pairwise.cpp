// Messages between pairs: all-to-all as n-1 exchanges with one partner after another, and
// point-to-point. A message crosses one tier, the outermost one on its way; the tiers carry their
// messages side by side, except those that share ports.

#include <algorithm>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

double point_to_point(const Path& path, double bytes) {
  const TierModel& tier = *path.top().tier;
  return tier.latency + tier.message_time + bytes * tier.byte_time;
}

double all_to_all(const Path& path, double bytes) {
  double latency = 0;
  double slowest = 0;
  double carried = 0;  // by this tier's ports for tiers further out
  for (int i = path.count - 1; i >= 0; --i) {
    const Crossing& crossing = path.crossings[i];
    const TierModel& tier = *crossing.tier;
    const double partners = crossing.inside - crossing.below;
    latency += partners * tier.latency;
    const double part = bytes / path.ranks;
    carried += partners / crossing.links *
               (part * tier.all_to_all_byte_time + tier.all_to_all_message_time);
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
  for (const Crossing& crossing : path.tiers()) {
    const double share = (crossing.inside - crossing.below) / path.ranks;
    sent[crossing.index] = base::Bytes(bytes * share);
  }
}

}  // namespace weft::interconnect
