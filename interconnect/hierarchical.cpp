// Hierarchical: reduce-scatter inside the innermost tier, the same further out on the part that is
// left, and back with all-gather. Every device works in every tier, one tier after another. Needs a
// group that fills its tiers evenly, and at least two of them.

#include <algorithm>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

// Makes `stage` the group as it is inside one unit of one tier.
void enter(Path& stage, const Crossing& crossing) {
  stage.count = 1;
  stage.ranks = crossing.children;
  Crossing& only = stage.crossings[0];
  only = crossing;
  only.below = only.below_most = only.clusters = 1;
  only.inside = only.clusters_below = crossing.children;
  only.byte_time = crossing.tier->byte_time / crossing.ring_links;
}

// Scattering and gathering cost the same.
double half_stage(const Path& stage, double bytes) {
  return std::min(ring_time(Collective::kAllGather, stage, bytes),
                  direct_time(Collective::kAllGather, stage, bytes));
}

// An inner stage of all-reduce: scattered before the stages further out, gathered after them.
double inner_stage(const Path& stage, double bytes) { return 2 * half_stage(stage, bytes); }

double outer_stage(const Path& stage, double bytes) {
  const Collective all = Collective::kAllReduce;
  return std::min(
      {ring_time(all, stage, bytes), tree_time(all, stage, bytes), direct_time(all, stage, bytes)});
}

// One tier's part of an all-reduce [s], by the ranks and by the switches: those scatter and gather
// at the price of one all-reduce.
struct TierStage {
  int tier;
  double by_ranks;
  double in_switch;
};

template <class Visit>
void for_each_stage(const Path& path, double bytes, const Visit& visit) {
  Path stage;
  double left = bytes;  // of the vector, still to be combined further out
  for (const Crossing& crossing : path.tiers()) {
    enter(stage, crossing);
    const bool is_outermost = &crossing == &path.top();
    visit(TierStage{crossing.index,
                    is_outermost ? outer_stage(stage, left) : inner_stage(stage, left),
                    in_switch_time(Collective::kAllReduce, stage, left)});
    left /= crossing.children;
  }
}

}  // namespace

double hierarchical_time(Collective collective, const Path& path, double bytes) {
  const bool is_all_reduce = collective == Collective::kAllReduce;
  const bool is_supported = is_all_reduce || collective == Collective::kAllGather ||
                            collective == Collective::kReduceScatter;
  if (!is_supported || !path.even || path.count < 2) return kNever;
  double time = 0;
  if (is_all_reduce) {
    for_each_stage(path, bytes,
                   [&](const TierStage& one) { time += std::min(one.by_ranks, one.in_switch); });
    return time;
  }
  Path stage;
  double left = bytes;
  for (const Crossing& crossing : path.tiers()) {
    enter(stage, crossing);
    time += half_stage(stage, left);
    left /= crossing.children;
  }
  return time;
}

std::uint32_t hierarchical_in_switch(Collective collective, const Path& path, double bytes) {
  std::uint32_t tiers = 0;
  if (collective != Collective::kAllReduce) return tiers;
  for_each_stage(path, bytes, [&](const TierStage& one) {
    if (one.in_switch < one.by_ranks) tiers |= 1U << one.tier;
  });
  return tiers;
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
