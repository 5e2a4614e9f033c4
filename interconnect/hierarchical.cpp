// Hierarchical: reduce-scatter inside the innermost tier, the same further out on the part that is
// left, and back with all-gather. Every device works in every tier, one tier after another. Needs a
// group that fills its tiers evenly, and at least two of them.

#include <algorithm>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

// One stage: the group seen inside one unit of one tier.
Path stage_of(const Crossing& crossing) {
  Path stage;
  stage.count = 1;
  stage.ranks = crossing.children;
  Crossing& only = stage.crossings[0];
  only = crossing;
  only.below = only.below_most = only.clusters = 1;
  only.inside = only.clusters_below = crossing.children;
  return stage;
}

double cheapest(Collective collective, const Path& stage, double bytes) {
  return std::min({ring_time(collective, stage, bytes), tree_time(collective, stage, bytes),
                   direct_time(collective, stage, bytes),
                   in_switch_time(collective, stage, bytes)});
}

// An inner all-reduce stage: scattered before the stages further out, gathered after them. A switch
// that reduces does both at the price of one all-reduce.
double inner_all_reduce(const Path& stage, double bytes) {
  const double scatter_and_gather = cheapest(Collective::kReduceScatter, stage, bytes) +
                                    cheapest(Collective::kAllGather, stage, bytes);
  return std::min(scatter_and_gather, in_switch_time(Collective::kAllReduce, stage, bytes));
}

}  // namespace

double hierarchical_time(Collective collective, const Path& path, double bytes) {
  const bool is_supported = collective == Collective::kAllReduce ||
                            collective == Collective::kAllGather ||
                            collective == Collective::kReduceScatter;
  if (!is_supported || !path.even || path.count < 2) return kNever;
  double time = 0;
  double left = bytes;  // of the vector, still to be combined further out
  for (const Crossing& crossing : path.tiers()) {
    const Path stage = stage_of(crossing);
    const bool is_inner_all_reduce =
        collective == Collective::kAllReduce && &crossing != &path.top();
    time += is_inner_all_reduce ? inner_all_reduce(stage, left) : cheapest(collective, stage, left);
    left /= crossing.children;
  }
  return time;
}

void hierarchical_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  const double rounds = collective == Collective::kAllReduce ? 2 : 1;
  double left = bytes;
  for (const Crossing& crossing : path.tiers()) {
    const double children = crossing.children;
    sent[crossing.index] = base::Bytes(rounds * left * (children - 1) / children);
    left /= children;
  }
}

}  // namespace weft::interconnect
