// From a plan to the time of a step (F1, F2) and its ledger, with caches.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/interconnect/fabric.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"
#include "weft/step/layer_cost.h"
#include "weft/step/ledger.h"
#include "weft/step/pair_cost.h"
#include "weft/step/pipeline.h"
#include "weft/step/stage_cost.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::step {

// What no step of a plan is below.
struct Bounds {
  base::Time step;
  base::Energy energy;  // of one device over a step, mean over the devices in use
};

// Evaluates legal plans of one job on one cluster with one software stack, which must outlive it.
// Not for two threads at once: each thread has its own. Results do not depend on what was evaluated
// before. What plans share is kept: costs of layers, of data-parallel work, what stages hold. A
// plan all of whose parts are known costs no allocation (lower_bound, bounds; 1F1B and GPipe).
class Evaluator {
 public:
  Evaluator(const cluster::Cluster& cluster, const workload::Job& job,
            const workload::Software& software);
  Evaluator(Evaluator&&) noexcept;
  ~Evaluator();

  // Drops what plans of the same degrees share, so that a walk through a large space takes little
  // memory. Costs of layers stay as long as they are few.
  void forget();

  // F1: closed form, never above time().
  [[nodiscard]] base::Time lower_bound(const plan::Plan& plan);
  // Never above lower_bound() and equal to it for 1F1B and GPipe, as quick for every schedule.
  [[nodiscard]] base::Time quick_bound(const plan::Plan& plan);
  // The same, and the energy of a step that is no longer: never above that of simulate().
  [[nodiscard]] Bounds bounds(const plan::Plan& plan);
  // F2: replay of the schedule.
  [[nodiscard]] base::Time time(const plan::Plan& plan, Folding folding = Folding::kFolded);
  // How a stage's time goes into its kinds of operations, mean over stages: s, by plan::Task.
  [[nodiscard]] std::array<base::Time, plan::kTaskCount> task_times(const plan::Plan& plan);
  // F2 with all parts. Throws std::invalid_argument when the plan is not legal.
  [[nodiscard]] Ledger simulate(const plan::Plan& plan);

 private:
  // The work of one pipeline stage in a step.
  struct Stage {
    DataParallelCost data;
  };
  struct Kinds;     // costs of a plan's layers
  struct DataWork;  // data-parallel work of its stages
  struct Tables;
  // One micro-batch on a chunk of a class, or on all chunks of a stage.
  struct PassTimes {
    double forward = 0, backward = 0, weight = 0;  // s
    base::Time forward_window, backward_window;
    double layers = 0;
    Openings forward_open, backward_open;  // with what is made again; not of embedding and head
  };

  int group(std::int64_t used, std::int64_t stride, int size);
  int intern(const interconnect::GroupShape& shape);
  [[nodiscard]] GroupShapes shapes() const;
  void find_groups(const plan::Plan& plan);
  void find_reordered_groups(const plan::Plan& plan);
  // The first and the last stage of a pipeline.
  [[nodiscard]] const interconnect::GroupShape& far_ends(const plan::Plan& plan);
  const LayerCost& layer(const plan::Plan& plan, workload::LayerKind kind);
  [[nodiscard]] const LayerCost& cost_of(workload::LayerKind kind) const {
    return *costs_[static_cast<std::size_t>(kind)];
  }
  // Finds or makes what the plan shares with others.
  void look_up(const plan::Plan& plan);
  [[nodiscard]] std::uint32_t rest_of(const plan::Plan& plan);
  [[nodiscard]] Kinds make_kinds(const plan::Plan& plan);
  [[nodiscard]] DataWork make_data_work(const plan::Plan& plan);
  [[nodiscard]] interconnect::CollectiveCost transfer_of(const plan::Plan& plan);
  // Times of the classes of chunks and stages.
  void fold(const plan::Plan& plan);
  [[nodiscard]] PassTimes times_of_chunk(int chunk) const;
  void fold_stage(int stage);
  [[nodiscard]] double most_saved(const PassTimes& pass) const;
  // Pairs of passes on two chunks of a stage (pairs.cpp).
  void prepare_pairs(const plan::Plan& plan);
  [[nodiscard]] PairSaving saving(int forward_stage, int backward_stage) const;
  void book_pairs(const plan::Plan& plan, int stage, Ledger& ledger) const;
  [[nodiscard]] base::Time quick(const plan::Plan& plan);
  [[nodiscard]] base::Energy energy_of_stage(const plan::Plan& plan, int stage,
                                             base::Time step) const;
  // The same of every virtual stage and every stage.
  void prepare(const plan::Plan& plan);
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
  std::unique_ptr<Tables> tables_;

  // Of the plan at hand.
  Groups in_use_;
  std::array<const LayerCost*, 4> costs_{};  // by LayerKind
  interconnect::CollectiveCost transfer_;
  const Kinds* kinds_ = nullptr;
  const DataWork* work_ = nullptr;
  const struct StageMap* map_ = nullptr;
  // Working memory: by class of chunk and of stage, by run of stages, then by virtual stage or by
  // stage.
  std::vector<PassTimes> passes_;
  std::vector<AlikeStages> alike_;
  std::vector<DataParallelCost> data_;
  std::vector<AlikeStages> runs_;
  std::vector<plan::Chunk> chunks_;
  std::vector<double> forward_, backward_, weight_, start_, tail_;
  bool interwoven_ = false;    // whether the plan has pairs
  std::vector<double> pairs_;  // PipelineTimes::overlapped
  std::vector<Stage> stages_;
  PipelineScratch scratch_;
};

}  // namespace weft::step
