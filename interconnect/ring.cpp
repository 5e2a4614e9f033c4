// Ring: each rank passes on n-1 times one n-th of the vector; all-reduce goes round twice. As many
// rings run at once as the smallest child has members, each leaving the child through another
// member, so a host uses all its ports towards the next tier (NCCL's channels; measured on 4 × 8
// B200).

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
    case Collective::kAllToAll:
    case Collective::kPointToPoint:
      return 0;
  }
  return 0;
}

// Share of the ring's edges that run over this tier.
double edge_share(const Crossing& crossing, double ranks) {
  const double leaving = crossing.clusters > 1 ? crossing.clusters : 0;
  return (crossing.clusters_below - leaving) / ranks;
}

}  // namespace

// Latency is paid per step and by the kind of edge; the slowest kind of edge paces the bytes.
double ring_time(Collective collective, const Path& path, double bytes) {
  const double steps = rounds(collective) * (path.ranks - 1);
  if (steps == 0) return kNever;
  const double message = bytes / path.ranks;
  double latency = 0;
  double occupation = 0;
  for (const Crossing& crossing : path.tiers()) {
    latency += edge_share(crossing, path.ranks) * crossing.tier->latency;
    const double share = message / (crossing.below * crossing.links);
    occupation =
        std::max(occupation, share * crossing.tier->byte_time + crossing.tier->message_time);
  }
  return steps * (latency + occupation);
}

void ring_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  const double total = rounds(collective) * (path.ranks - 1) / path.ranks * bytes;
  for (const Crossing& crossing : path.tiers()) {
    sent[crossing.index] = base::Bytes(total * edge_share(crossing, path.ranks));
  }
}

}  // namespace weft::interconnect
