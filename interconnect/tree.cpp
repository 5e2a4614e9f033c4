// Double binary tree: the vector is reduced up two complementary trees and broadcast down again,
// half in each, cut into k chunks that follow one another (Sanders, Speck and Träff 2009; NCCL's
// Tree). A broadcast is the way down alone.

#include <algorithm>
#include <cmath>

#include "algorithms.h"

namespace weft::interconnect {

// With D levels on w ways (up, down), a level costing a + A·(S/k) in all, and the slowest level
// being busy for b + B·(S/k) with each chunk on each way:
//   T(k) = D levels' latency + A·S/k + w(k-1)·(B·S/k + b)
// which is convex in k; the best k >= 1 is taken.
double tree_time(Collective collective, const Path& path, double bytes) {
  const bool is_all_reduce = collective == Collective::kAllReduce;
  // Along a ring of devices the edges of a tree would share links.
  if ((!is_all_reduce && collective != Collective::kBroadcast) || path.has_rings) return kNever;
  const double ways = is_all_reduce ? 2 : 1;
  double fixed = 0;     // Σ levels · (latency + message)
  double per_byte = 0;  // A
  double slowest_byte = 0;
  double slowest_message = 0;
  for (const Crossing& crossing : path.tiers()) {
    const double levels = ways * ceil_log2(crossing.children);
    fixed += levels * (crossing.tier->latency + crossing.tier->message_time);
    per_byte += levels * crossing.byte_time;
    slowest_byte = std::max(slowest_byte, crossing.byte_time);
    slowest_message = std::max(slowest_message, crossing.tier->message_time);
  }
  const double pipelined = ways * slowest_byte * bytes;
  const double fill = std::max(per_byte * bytes - pipelined, 0.0);
  double chunks = std::numeric_limits<double>::infinity();
  if (slowest_message > 0) chunks = std::max(std::sqrt(fill / (ways * slowest_message)), 1.0);
  const double busy = slowest_message > 0 ? ways * (chunks - 1) * slowest_message : 0;
  return fixed + pipelined + fill / chunks + busy;
}

// A tree over n members has n-1 edges, each used once in either direction.
void tree_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  const double ways = collective == Collective::kAllReduce ? 2 : 1;
  for (const Crossing& crossing : path.tiers()) {
    const double edges = crossing.clusters_below - crossing.clusters;
    sent[crossing.index] = base::Bytes(ways * bytes * edges / path.ranks);
  }
}

}  // namespace weft::interconnect
