// The table of algorithms and the choice among them.

#include "weft/interconnect/collective.h"

#include <algorithm>
#include <optional>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

struct AlgorithmModel {
  Algorithm algorithm;
  double (*time)(Collective, const Path&, double);
  void (*sent)(Collective, const Path&, double, Sent&);
  int (*chunks)(Collective, const Path&, double) = nullptr;  // null: one
  bool only_by_name = false;
};

// In the order of the enumeration: ties go to the first.
constexpr std::array kAlgorithms{
    AlgorithmModel{Algorithm::kRing, ring_time, ring_sent, ring_chunks},
    AlgorithmModel{Algorithm::kTree, tree_time, tree_sent, tree_chunks},
    AlgorithmModel{Algorithm::kDirect, direct_time, direct_sent},
    AlgorithmModel{Algorithm::kHierarchical, hierarchical_time, hierarchical_sent},
    AlgorithmModel{Algorithm::kInSwitch, in_switch_time, in_switch_sent},
    AlgorithmModel{Algorithm::kPairwise, pairwise_time, pairwise_sent},
    AlgorithmModel{Algorithm::kTorusBucket, torus_bucket_time, torus_bucket_sent},
    AlgorithmModel{Algorithm::kHalvingDoubling, halving_doubling_time, halving_doubling_sent,
                   nullptr, true},
    AlgorithmModel{Algorithm::kBruck, bruck_time, bruck_sent, nullptr, true},
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
  if (choice.time == kNever) return cost;
  choice.model->sent(request.collective, path, request.bytes, cost.sent);
  if (choice.model->chunks != nullptr) {
    cost.chunks = choice.model->chunks(request.collective, path, request.bytes);
  }
  if (cost.algorithm == Algorithm::kHierarchical) {
    cost.in_switch = hierarchical_in_switch(request.collective, path, request.bytes);
  }
  for (const Crossing& crossing : path.tiers()) {
    cost.sent[crossing.index] *= 1 + crossing.detoured;
    cost.detoured = std::max(cost.detoured, crossing.detoured);
  }
  return cost;
}

bool has_detours(const Path& path) {
  const auto tiers = path.tiers();
  return std::any_of(tiers.begin(), tiers.end(),
                     [](const Crossing& crossing) { return crossing.detoured > 0; });
}

}  // namespace

CollectiveCost Fabric::cost(Collective collective, const GroupShape& group,
                            base::Bytes bytes) const {
  return cost(collective, group, bytes, Algorithm::kNone);
}

CollectiveCost Fabric::cost(Collective collective, const GroupShape& group, base::Bytes bytes,
                            Algorithm algorithm) const {
  const Scene scene(models(), tiers_, group);
  const Request request = request_of(collective, bytes.si());
  if (scene.path().count == 0 || !request.is_something) return nothing();
  Choice choice = choose(request, scene.path(), algorithm);
  const Path* way = &scene.path();
  std::optional<Scene> over;  // third children
  if (!detour_models_.empty()) {
    over.emplace(detour_models_, tiers_, group);
    const Path& path = over->path();
    const Choice detours = has_detours(path) ? choose(request, path, algorithm) : Choice();
    if (detours.time < choice.time) {
      choice = detours;
      way = &path;
    }
  }
  if (!low_latency_models_.empty() && has_steps(collective)) {
    const Scene low_latency(low_latency_models_, tiers_, group);
    const Choice low = choose(request, low_latency.path(), algorithm);
    if (low.time < choice.time) {
      CollectiveCost cost = finished(low, request, low_latency.path());
      cost.low_latency = true;
      return cost;
    }
  }
  return finished(choice, request, *way);
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
