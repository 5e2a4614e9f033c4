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

// Edges of one ring that run over this tier; of all tiers, as many as ranks.
double edges(const Crossing& crossing) {
  const double leaving = crossing.clusters > 1 ? crossing.clusters : 0;
  return crossing.clusters_below - leaving;
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
    latency += edges(crossing) * crossing.tier->latency;
    occupation = std::max(occupation, message * crossing.byte_time + crossing.tier->message_time);
  }
  return steps * (latency / path.ranks + occupation);
}

void ring_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  const double per_edge = rounds(collective) * (path.ranks - 1) / path.ranks * bytes / path.ranks;
  for (const Crossing& crossing : path.tiers()) {
    sent[crossing.index] = base::Bytes(per_edge * edges(crossing));
  }
}

}  // namespace weft::interconnect
