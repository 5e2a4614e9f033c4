// From a plan to the time of a step (F1, F2) and its ledger, with caches.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/interconnect/fabric.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"
#include "weft/step/layer_cost.h"
#include "weft/step/ledger.h"
#include "weft/step/pipeline.h"
#include "weft/step/stage_cost.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::step {

// Evaluates legal plans of one job on one cluster with one software stack, which must outlive it.
// Not for two threads at once: each thread has its own. Results do not depend on what was evaluated
// before.
class Evaluator {
 public:
  Evaluator(const cluster::Cluster& cluster, const workload::Job& job,
            const workload::Software& software);

  // F1: closed form, never above time().
  [[nodiscard]] base::Time lower_bound(const plan::Plan& plan);
  // F2: replay of the schedule.
  [[nodiscard]] base::Time time(const plan::Plan& plan, Folding folding = Folding::kFolded);
  // F2 with all parts. Throws std::invalid_argument when the plan is not legal.
  [[nodiscard]] Ledger simulate(const plan::Plan& plan);

 private:
  // The work of one pipeline stage in a step.
  struct Stage {
    DataParallelCost data;
  };

  int group(std::int64_t used, std::int64_t stride, int size);
  int intern(const interconnect::GroupShape& shape);
  [[nodiscard]] GroupShapes shapes() const;
  void find_groups(const plan::Plan& plan);
  const LayerCost& layer(const plan::Plan& plan, workload::LayerKind kind);
  [[nodiscard]] const LayerCost& cost_of(workload::LayerKind kind) const {
    return *costs_[static_cast<std::size_t>(kind)];
  }
  void prepare(const plan::Plan& plan);
  void prepare_passes(const plan::Plan& plan);
  void prepare_data_parallel(const plan::Plan& plan);
  void add_windows(const plan::Plan& plan, const plan::Chunk& chunk, base::Time& forward,
                   base::Time& backward) const;
  interconnect::CollectiveCost tied_gradients(const plan::Plan& plan,
                                              const plan::KindParameters& kinds);
  base::Time gradients_of_copies(const plan::Plan& plan,
                                 const workload::ShardedParameters& parameters);
  [[nodiscard]] double sends(const plan::PipelineShape& shape, int stage, int chunk,
                             bool forward) const;
  [[nodiscard]] PipelineTimes times(const plan::Plan& plan) const;
  void book_stage(const plan::Plan& plan, int stage, Ledger& ledger) const;

  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;

  std::vector<interconnect::GroupShape> shapes_;
  std::unordered_map<GroupKey, int, KeyHash> groups_;
  std::unordered_map<LayerKey, LayerCost, KeyHash> layers_;

  // Working memory of the plan at hand; per virtual stage or per stage.
  Groups in_use_;
  std::array<const LayerCost*, 4> costs_{};  // by LayerKind
  std::vector<plan::Chunk> chunks_;
  std::vector<double> forward_, backward_, weight_, start_, tail_;
  std::vector<Stage> stages_;
  interconnect::CollectiveCost transfer_;
  PipelineScratch scratch_;
};

}  // namespace weft::step
