// Recursive halving and doubling: partners at distance 1, 2, 4, ... exchange halves of what they
// still hold, so that most stays near, and double it again on the way back (Thakur, Rabenseifner
// and Gropp 2005). When the ranks are no power of two, as many as are too many first hand all they
// have to a neighbour and get the result from it.

#include <algorithm>
#include <bit>
#include <cmath>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

int power_below(const Path& path) {
  return static_cast<int>(std::bit_floor(static_cast<std::uint32_t>(path.ranks)));
}

// The tier that partners at this distance are joined by.
const Crossing& crossing_at(const Path& path, double distance) {
  for (const Crossing& crossing : path.tiers()) {
    if (path.even && std::fmod(crossing.inside, 2 * distance) == 0) return crossing;
  }
  return path.top();
}

double exchange(const Crossing& crossing, double distance, double bytes) {
  const TierModel& tier = *crossing.tier;
  // Along a ring of devices, messages of as many neighbours pass each link.
  const double hops = tier.is_ring ? std::max(std::floor(distance / crossing.below), 1.0) : 1;
  return hops * (tier.latency + bytes * tier.byte_time + tier.message_time);
}

// Calls visit(distance, bytes of the busiest rank) for each message of one way, scattering or
// gathering in the other order; a rank that speaks for two has two parts.
template <class Visit>
void each_exchange(const Path& path, double bytes, bool is_all_reduce, const Visit& visit) {
  const int power = power_below(path);
  const double extra = path.ranks - power;
  const double part = bytes / path.ranks;
  if (extra > 0) {
    visit(1.0, is_all_reduce ? bytes : bytes - part);
    if (!is_all_reduce) visit(1.0, part);
  }
  for (int distance = 1; distance < power; distance *= 2) {
    const double span = 2.0 * distance;
    const double parts = power / span + std::ceil(extra / span);
    visit(extra > 0 ? span : distance, is_all_reduce ? bytes / span : parts * part);
  }
}

bool halving_applies(Collective collective) {
  return collective == Collective::kAllReduce || collective == Collective::kAllGather ||
         collective == Collective::kReduceScatter;
}

}  // namespace

double halving_doubling_time(Collective collective, const Path& path, double bytes) {
  if (!halving_applies(collective)) return kNever;
  const bool is_all_reduce = collective == Collective::kAllReduce;
  double time = 0;
  each_exchange(path, bytes, is_all_reduce, [&](double distance, double message) {
    time += exchange(crossing_at(path, distance), distance, message);
  });
  return is_all_reduce ? 2 * time : time;
}

// What members send in all; the extra ones hand over and get back.
void halving_doubling_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  const bool is_all_reduce = collective == Collective::kAllReduce;
  const double power = power_below(path);
  const double extra = path.ranks - power;
  const auto add = [&](double distance, double total) {
    sent[crossing_at(path, distance).index] += base::Bytes(total / path.ranks);
  };
  if (extra > 0) add(1, extra * (is_all_reduce ? 2 : 1) * bytes);
  for (double distance = 1; distance < power; distance *= 2) {
    const double held = power * bytes / (2 * distance);
    add(extra > 0 ? 2 * distance : distance, (is_all_reduce ? 2 : 1) * held);
  }
}

}  // namespace weft::interconnect
