// The table of algorithms and the choice among them.

#include "weft/interconnect/collective.h"

#include <algorithm>

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

// An algorithm and what it takes, none when there is none of that name.
struct Choice {
  const AlgorithmModel* model = nullptr;
  double time = kNever;
};

Choice choice_of(const AlgorithmModel& model, const Request& request, const Path& path) {
  return {&model, model.time(request.collective, path, request.bytes)};
}

// The named one, or without a name the fastest.
Choice choose(const Request& request, const Path& path, Algorithm name) {
  Choice best;
  for (const AlgorithmModel& model : kAlgorithms) {
    if (name == Algorithm::kNone ? model.only_by_name : model.algorithm != name) continue;
    const Choice choice = choice_of(model, request, path);
    if (best.model == nullptr || choice.time < best.time) best = choice;
  }
  return best;
}

// Messages that wait for no other one before them gain nothing.
bool has_steps(Collective collective) {
  return collective != Collective::kPointToPoint && collective != Collective::kAllToAll;
}

CollectiveCost nothing() { return {base::Time(0), Algorithm::kNone, {}}; }

CollectiveCost finished(const Choice& choice, const Request& request, const Path& path) {
  CollectiveCost cost;
  cost.time = base::Time(path.call_overhead + choice.time);
  if (choice.model == nullptr) return cost;
  cost.algorithm = choice.model->algorithm;
  if (choice.time < kNever) choice.model->sent(request.collective, path, request.bytes, cost.sent);
  return cost;
}

}  // namespace

CollectiveCost Fabric::cost(Collective collective, const GroupShape& group,
                            base::Bytes bytes) const {
  return cost(collective, group, bytes, Algorithm::kNone);
}

CollectiveCost Fabric::cost(Collective collective, const GroupShape& group, base::Bytes bytes,
                            Algorithm algorithm) const {
  const Path path = path_of(models(), tiers_, group);
  const Request request = request_of(collective, bytes.si());
  if (path.count == 0 || !request.is_something) return nothing();
  const Choice choice = choose(request, path, algorithm);
  if (!low_latency_models_.empty() && has_steps(collective)) {
    const Path low_path = path_of(low_latency_models_, tiers_, group);
    const Choice low = choose(request, low_path, algorithm);
    if (low.time < choice.time) {
      CollectiveCost cost = finished(low, request, low_path);
      cost.low_latency = true;
      return cost;
    }
  }
  return finished(choice, request, path);
}

base::Time Fabric::lower_bound(Collective collective, const GroupShape& group,
                               base::Bytes bytes) const {
  const Path path = path_of(models(), tiers_, group);
  const Request request = request_of(collective, bytes.si());
  if (path.count == 0 || !request.is_something) return base::Time(0);
  double latency = path.top().tier->latency;
  if (!low_latency_models_.empty()) {
    latency = std::min(latency, low_latency_models_[path.top().index].latency);
  }
  const double ports = lower_bound_time(request.collective, path, tiers_, request.bytes);
  return base::Time(std::max(latency, ports));
}

}  // namespace weft::interconnect
