// Bruck: in step j each rank sends to the one 2^j before it, all-gather: all that it has;
// all-to-all: all blocks whose way has that bit (Bruck, Ho, Kipnis, Upfal and Weathersby 1997).
// ⌈log2 n⌉ steps for any n.

#include <algorithm>
#include <cmath>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

// Numbers below n that have the bit `distance`.
double with_bit(int n, int distance) {
  const int period = 2 * distance;
  return n / period * distance + std::max(n % period - distance, 0);
}

double message_parts(Collective collective, int ranks, int distance) {
  if (collective == Collective::kAllToAll) return with_bit(ranks, distance);
  return std::min(distance, ranks - distance);
}

// Messages over a link along a ring of devices, and the hops of one.
double hops_of(const Crossing& crossing, double distance) {
  if (!crossing.tier->is_ring) return 1;
  const double hops = std::max(std::ceil(distance / crossing.below), 1.0);
  if (crossing.closes) return std::min(hops, std::max(crossing.children - hops, 1.0));
  return std::min(hops, crossing.children - 1.0);
}

// The slowest message of a step.
double step_time(Collective collective, const Path& path, double distance, double bytes) {
  const bool is_all_to_all = collective == Collective::kAllToAll;
  double slowest = 0;
  for (const Crossing& crossing : path.tiers()) {
    const bool is_crossed = distance < crossing.inside || &crossing == &path.top();
    if (!is_crossed) continue;
    const TierModel& tier = *crossing.tier;
    const double busy = is_all_to_all
                            ? bytes * tier.all_to_all_byte_time + tier.all_to_all_message_time
                            : bytes * tier.byte_time + tier.message_time;
    slowest = std::max(slowest, hops_of(crossing, distance) * (tier.latency + busy));
  }
  return slowest;
}

bool bruck_applies(Collective collective) {
  return collective == Collective::kAllGather || collective == Collective::kAllToAll;
}

}  // namespace

double bruck_time(Collective collective, const Path& path, double bytes) {
  if (!bruck_applies(collective)) return kNever;
  const int ranks = static_cast<int>(path.ranks);
  double time = 0;
  for (int distance = 1; distance < ranks; distance *= 2) {
    const double parts = message_parts(collective, ranks, distance);
    time += step_time(collective, path, distance, parts * bytes / path.ranks);
  }
  return time;
}

// Of the messages at a distance, the share that leaves blocks of b consecutive ranks is distance /
// b.
void bruck_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  const int ranks = static_cast<int>(path.ranks);
  for (int distance = 1; distance < ranks; distance *= 2) {
    const double message = message_parts(collective, ranks, distance) * bytes / path.ranks;
    const double way = std::min(distance, ranks - distance);
    for (const Crossing& crossing : path.tiers()) {
      const double out_of_child = std::min(way / crossing.below, 1.0);
      const bool is_top = &crossing == &path.top();
      const double out_of_unit = is_top ? 0 : std::min(way / crossing.inside, 1.0);
      sent[crossing.index] += base::Bytes(message * std::max(out_of_child - out_of_unit, 0.0));
    }
  }
}

}  // namespace weft::interconnect
