// The table of algorithms and the choice among them.

#include "weft/interconnect/collective.h"

#include "algorithms.h"

namespace weft::interconnect {

namespace {

struct AlgorithmModel {
  Algorithm algorithm;
  double (*time)(Collective, const Path&, double);
  void (*sent)(Collective, const Path&, double, Sent&);
  bool only_by_name = false;
};

// In the order of the enumeration: ties go to the first.
constexpr std::array kAlgorithms{
    AlgorithmModel{Algorithm::kRing, ring_time, ring_sent},
    AlgorithmModel{Algorithm::kTree, tree_time, tree_sent},
    AlgorithmModel{Algorithm::kDirect, direct_time, direct_sent},
    AlgorithmModel{Algorithm::kHierarchical, hierarchical_time, hierarchical_sent},
    AlgorithmModel{Algorithm::kInSwitch, in_switch_time, in_switch_sent},
    AlgorithmModel{Algorithm::kPairwise, pairwise_time, pairwise_sent},
    AlgorithmModel{Algorithm::kTorusBucket, torus_bucket_time, torus_bucket_sent},
    AlgorithmModel{Algorithm::kHalvingDoubling, halving_doubling_time, halving_doubling_sent, true},
    AlgorithmModel{Algorithm::kBruck, bruck_time, bruck_sent, true},
};

// What is asked for in terms of the algorithms: a barrier is an all-reduce of nothing.
struct Request {
  Collective collective;
  double bytes;
  bool is_something;
};

Request request_of(Collective collective, double bytes) {
  if (collective == Collective::kBarrier) return {Collective::kAllReduce, 0, true};
  return {collective, bytes, bytes > 0};
}

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
  const Path path = path_of(models(), tiers_, group);
  const Request request = request_of(collective, bytes.si());
  if (path.count == 0 || !request.is_something) return nothing();
  const AlgorithmModel* best = kAlgorithms.data();
  double least = kNever;
  for (const AlgorithmModel& model : kAlgorithms) {
    if (model.only_by_name) continue;
    const double time = model.time(request.collective, path, request.bytes);
    if (time < least) {
      least = time;
      best = &model;
    }
  }
  return finished(*best, least, request.collective, path, request.bytes);
}

CollectiveCost Fabric::cost(Collective collective, const GroupShape& group, base::Bytes bytes,
                            Algorithm algorithm) const {
  const Path path = path_of(models(), tiers_, group);
  const Request request = request_of(collective, bytes.si());
  if (path.count == 0 || !request.is_something) return nothing();
  for (const AlgorithmModel& model : kAlgorithms) {
    if (model.algorithm != algorithm) continue;
    const double time = model.time(request.collective, path, request.bytes);
    return finished(model, time, request.collective, path, request.bytes);
  }
  return {base::Time(kNever), algorithm, {}};
}

base::Time Fabric::lower_bound(Collective collective, const GroupShape& group,
                               base::Bytes bytes) const {
  const Path path = path_of(models(), tiers_, group);
  const Request request = request_of(collective, bytes.si());
  if (path.count == 0 || !request.is_something) return base::Time(0);
  return base::Time(lower_bound_time(request.collective, path, tiers_, request.bytes));
}

}  // namespace weft::interconnect
