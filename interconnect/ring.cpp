// Ring: each rank passes on n-1 times one n-th of the vector; all-reduce goes round twice. As many
// rings run at once as the smallest child has members, each leaving the child through another
// member, so a host uses all its ports towards the next tier (NCCL's channels; measured on 4 × 8
// B200). In a circle of devices two rings run against each other; in a line one ring takes up both
// directions, its last edge running back over all links. Over a full mesh run as many as have links
// of their own (patterns.h).

#include <algorithm>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

int rounds(Collective collective) {
  switch (collective) {
    case Collective::kAllReduce:
      return 2;
    case Collective::kAllGather:
    case Collective::kReduceScatter:
      return 1;
    default:
      return 0;
  }
}

// What it takes a line to hand back from its end to its start, once a round.
double return_latency(const Path& path, int rounds) {
  const Crossing& top = path.top();
  if (!top.tier->is_ring || top.closes) return 0;
  return rounds * (top.children - 2) * top.tier->latency;
}

}  // namespace

// Latency is paid per step and by the kind of edge; the slowest kind of edge paces the bytes.
double ring_time(Collective collective, const Path& path, double bytes) {
  if (collective == Collective::kBroadcast) return chain_time(path, bytes);
  const double steps = rounds(collective) * (path.ranks - 1);
  if (steps == 0) return kNever;
  const double message = bytes / path.ranks;
  double latency = 0;
  double occupation = 0;
  for (const Crossing& crossing : path.tiers()) {
    latency += ring_edges(crossing) * crossing.tier->latency;
    occupation = std::max(occupation, message * crossing.byte_time + crossing.tier->message_time);
  }
  const double time = steps * (latency / path.ranks + occupation);
  return path.has_rings ? time + return_latency(path, rounds(collective)) : time;
}

void ring_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  if (collective == Collective::kBroadcast) return chain_sent(path, bytes, sent);
  const double per_edge = rounds(collective) * (path.ranks - 1) / path.ranks * bytes / path.ranks;
  for (const Crossing& crossing : path.tiers()) {
    sent[crossing.index] = base::Bytes(per_edge * ring_edges(crossing));
  }
}

}  // namespace weft::interconnect
