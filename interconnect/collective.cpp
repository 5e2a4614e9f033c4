// The table of algorithms and the choice among them.

#include "weft/interconnect/collective.h"

#include "algorithms.h"

namespace weft::interconnect {

namespace {

struct AlgorithmModel {
  Algorithm algorithm;
  double (*time)(Collective, const Path&, double);
  void (*sent)(Collective, const Path&, double, Sent&);
};

// In the order of the enumeration: ties go to the first.
constexpr std::array kAlgorithms{
    AlgorithmModel{Algorithm::kRing, ring_time, ring_sent},
    AlgorithmModel{Algorithm::kTree, tree_time, tree_sent},
    AlgorithmModel{Algorithm::kDirect, direct_time, direct_sent},
    AlgorithmModel{Algorithm::kHierarchical, hierarchical_time, hierarchical_sent},
    AlgorithmModel{Algorithm::kInSwitch, in_switch_time, in_switch_sent},
    AlgorithmModel{Algorithm::kPairwise, pairwise_time, pairwise_sent},
};

CollectiveCost nothing() { return {base::Time(0), Algorithm::kNone, {}}; }

CollectiveCost finished(const AlgorithmModel& model, double time, Collective collective,
                        const Path& path, double bytes) {
  CollectiveCost cost;
  cost.time = base::Time(path.call_overhead + time);
  cost.algorithm = model.algorithm;
  if (time < kNever) model.sent(collective, path, bytes, cost.sent);
  return cost;
}

}  // namespace

CollectiveCost Fabric::cost(Collective collective, const GroupShape& group,
                            base::Bytes bytes) const {
  const Path path = path_of(models(), group);
  if (path.count == 0 || !(bytes.si() > 0)) return nothing();
  const AlgorithmModel* best = kAlgorithms.data();
  double least = kNever;
  for (const AlgorithmModel& model : kAlgorithms) {
    const double time = model.time(collective, path, bytes.si());
    if (time < least) {
      least = time;
      best = &model;
    }
  }
  return finished(*best, least, collective, path, bytes.si());
}

CollectiveCost Fabric::cost(Collective collective, const GroupShape& group, base::Bytes bytes,
                            Algorithm algorithm) const {
  const Path path = path_of(models(), group);
  if (path.count == 0 || !(bytes.si() > 0)) return nothing();
  for (const AlgorithmModel& model : kAlgorithms) {
    if (model.algorithm != algorithm) continue;
    return finished(model, model.time(collective, path, bytes.si()), collective, path, bytes.si());
  }
  return {base::Time(kNever), algorithm, {}};
}

base::Time Fabric::lower_bound(Collective collective, const GroupShape& group,
                               base::Bytes bytes) const {
  const Path path = path_of(models(), group);
  if (path.count == 0 || !(bytes.si() > 0)) return base::Time(0);
  return base::Time(lower_bound_time(collective, path, bytes.si()));
}

const char* name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kNone:
      return "none";
    case Algorithm::kRing:
      return "ring";
    case Algorithm::kTree:
      return "tree";
    case Algorithm::kDirect:
      return "direct";
    case Algorithm::kHierarchical:
      return "hierarchical";
    case Algorithm::kInSwitch:
      return "in-switch";
    case Algorithm::kPairwise:
      return "pairwise";
  }
  return "none";
}

const char* name_of(Collective collective) {
  switch (collective) {
    case Collective::kAllReduce:
      return "all-reduce";
    case Collective::kAllGather:
      return "all-gather";
    case Collective::kReduceScatter:
      return "reduce-scatter";
    case Collective::kAllToAll:
      return "all-to-all";
    case Collective::kPointToPoint:
      return "point-to-point";
  }
  return "none";
}

}  // namespace weft::interconnect
