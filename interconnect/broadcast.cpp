// Broadcast along a chain: the first rank cuts the vector into k chunks, each rank passes on what
// it has got while the next chunk comes in. As many chains at once as the ring has rings
// (ring.cpp).

#include <algorithm>
#include <cmath>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

// Edges of the chain over this tier: those of the ring without the one that would close it.
double chain_edges(const Crossing& crossing, const Path& path) {
  return ring_edges(crossing) - (&crossing == &path.top() ? 1 : 0);
}

// With p ranks and the slowest edge busy for B·S/k + b with a chunk:
//   T(k) = latency of the edges + (p - 2 + k)·(B·S/k + b)
struct Chain {
  double latency = 0;
  double edges_to_fill = 0;  // p - 2
  double bytes_time = 0;     // B·S
  double message = 0;        // b

  [[nodiscard]] int chunks() const {
    return best_chunks(edges_to_fill * bytes_time, message, 4096);
  }
};

Chain chain_of(const Path& path, double bytes) {
  Chain chain;
  chain.edges_to_fill = path.ranks - 2;
  double slowest_byte = 0;
  for (const Crossing& crossing : path.tiers()) {
    chain.latency += chain_edges(crossing, path) * crossing.tier->latency;
    slowest_byte = std::max(slowest_byte, crossing.byte_time);
    chain.message = std::max(chain.message, crossing.tier->message_time);
  }
  chain.bytes_time = slowest_byte * bytes;
  return chain;
}

}  // namespace

int best_chunks(double filling, double each, int most) {
  if (!(filling > 0)) return 1;
  const double best = std::sqrt(filling / each);
  if (!(best < most)) return most;
  const int fewer = std::max(static_cast<int>(best), 1);
  const auto cost = [&](int chunks) { return filling / chunks + chunks * each; };
  return cost(fewer) <= cost(fewer + 1) ? fewer : fewer + 1;
}

double chain_time(const Path& path, double bytes) {
  const Chain chain = chain_of(path, bytes);
  const double chunks = chain.chunks();
  return chain.latency +
         (chain.edges_to_fill + chunks) * (chain.bytes_time / chunks + chain.message);
}

int ring_chunks(Collective collective, const Path& path, double bytes) {
  return collective == Collective::kBroadcast ? chain_of(path, bytes).chunks() : 1;
}

void chain_sent(const Path& path, double bytes, Sent& sent) {
  for (const Crossing& crossing : path.tiers()) {
    sent[crossing.index] = base::Bytes(bytes * chain_edges(crossing, path) / path.ranks);
  }
}

}  // namespace weft::interconnect
