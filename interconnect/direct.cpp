// Direct: every rank exchanges with every other at once, over its own link to each (full mesh) or
// through one port (switch). All-reduce in two shots (each rank reduces one n-th and hands it back)
// or in one (each rank sends its whole vector to all); a broadcast likewise (scattered and
// gathered, or sent whole to all). HCCL calls it Mesh. Within one tier only, but for all-to-all,
// whose messages are posted together over any tiers.

#include <algorithm>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

// All ranks send `message` bytes to each of the others.
double exchange(const Path& path, double message) {
  const TierModel& tier = *path.top().tier;
  const double per_link = (path.ranks - 1) / path.top().links;
  return tier.latency + per_link * (message * tier.byte_time + tier.message_time);
}

bool is_one_shot(const Path& path, double bytes) {
  return exchange(path, bytes) < 2 * exchange(path, bytes / path.ranks);
}

// What a rank sends to each other on average: the first alone sends it all, or scatters it before
// all hand on their parts.
double broadcast_part(const Path& path, double bytes) {
  const double part = bytes / path.ranks;
  return is_one_shot(path, bytes) ? part : part + part / path.ranks;
}

}  // namespace

double direct_time(Collective collective, const Path& path, double bytes) {
  if (collective == Collective::kAllToAll) return posted_time(path, bytes);
  const TierModel& tier = *path.top().tier;
  if (path.count != 1 || !tier.is_direct || tier.is_ring) return kNever;
  const double part = bytes / path.ranks;
  switch (collective) {
    case Collective::kAllReduce:
    case Collective::kBroadcast:
      return std::min(exchange(path, bytes), 2 * exchange(path, part));
    case Collective::kAllGather:
    case Collective::kReduceScatter:
      return exchange(path, part);
    default:
      return kNever;
  }
}

void direct_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  if (collective == Collective::kAllToAll) return pairwise_sent(collective, path, bytes, sent);
  const double part = bytes / path.ranks;
  double to_each = part;
  if (collective == Collective::kAllReduce) to_each = is_one_shot(path, bytes) ? bytes : 2 * part;
  if (collective == Collective::kBroadcast) to_each = broadcast_part(path, bytes);
  sent[path.top().index] = base::Bytes((path.ranks - 1) * to_each);
}

}  // namespace weft::interconnect
