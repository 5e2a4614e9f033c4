// Broadcast along a chain: the first rank cuts the vector into k chunks, each rank passes on what
// it has got while the next chunk comes in. As many chains at once as the ring has rings
// (ring.cpp).

#include <algorithm>
#include <cmath>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

constexpr double kMostChunks = 4096;

// Edges of the chain over this tier: those of the ring without the one that would close it.
double chain_edges(const Crossing& crossing, const Path& path) {
  return ring_edges(crossing) - (&crossing == &path.top() ? 1 : 0);
}

}  // namespace

// With p ranks and the slowest edge busy for B·S/k + b with a chunk:
//   T(k) = latency of the edges + (p - 2 + k)·(B·S/k + b)
double chain_time(const Path& path, double bytes) {
  double latency = 0;
  double slowest_byte = 0;
  double slowest_message = 0;
  for (const Crossing& crossing : path.tiers()) {
    latency += chain_edges(crossing, path) * crossing.tier->latency;
    slowest_byte = std::max(slowest_byte, crossing.byte_time);
    slowest_message = std::max(slowest_message, crossing.tier->message_time);
  }
  const double fill = path.ranks - 2;
  const auto time = [&](double chunks) {
    return latency + (fill + chunks) * (slowest_byte * bytes / chunks + slowest_message);
  };
  const double best = std::sqrt(fill * slowest_byte * bytes / slowest_message);
  if (!(best < kMostChunks)) return time(fill > 0 ? kMostChunks : 1);
  const double fewer = std::max(std::floor(best), 1.0);
  return std::min(time(fewer), time(fewer + 1));
}

void chain_sent(const Path& path, double bytes, Sent& sent) {
  for (const Crossing& crossing : path.tiers()) {
    sent[crossing.index] = base::Bytes(bytes * chain_edges(crossing, path) / path.ranks);
  }
}

}  // namespace weft::interconnect
