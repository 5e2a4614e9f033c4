// From a plan to the time of a step (F1, F2) and its ledger, with caches.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/interconnect/fabric.h"
#include "weft/plan/memory.h"
#include "weft/plan/parts.h"
#include "weft/plan/plan.h"
#include "weft/step/layer_cost.h"
#include "weft/step/ledger.h"
#include "weft/step/pair_cost.h"
#include "weft/step/pipeline.h"
#include "weft/step/profile.h"
#include "weft/step/stage_cost.h"
#include "weft/step/timeline.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::step {

// What no step of a plan is below.
struct Bounds {
  base::Time step;
  base::Energy energy;  // of one device over a step, mean over the devices in use
};

// One micro-batch on a chunk of a class, or on one layer.
struct PassTimes {
  double forward = 0, backward = 0, weight = 0;  // s
  double hands_forward = 0, hands_backward = 0;  // s, beside compute, to other stages
  base::Time forward_window, backward_window;
  double layers = 0;
  Openings forward_open, backward_open;  // with what is made again; not of embedding and head
};

class PartPrices;
struct ChunkClass;
struct Handover;
struct PartCosts;
struct PassEnergy;
struct StageMap;
class Profiler;

// Evaluates legal plans of one job on one cluster with one software stack, which must outlive it.
// Not for two threads at once: each thread has its own. Results do not depend on what was evaluated
// before. What plans share is kept: costs of layers, of data-parallel work, what stages hold. A
// plan all of whose parts are known costs no allocation (lower_bound, bounds; 1F1B and GPipe).
//
// On a mixed cluster each stage has the costs of its part, with the stack that `software` has for
// it; what its groups do stays on the part's fabric, stages of different parts hand over by
// Cluster::joint.
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
  // F2 of a pipeline whose stages are on devices that differ from this evaluator's: each takes the
  // times that the evaluator given for it has. All are of one job and stack; with two copies of the
  // model, both stages that hold the same layers are taken to be as slow as the slower one.
  [[nodiscard]] base::Time time(const plan::Plan& plan, std::span<Evaluator* const> by_stage);
  // One micro-batch there and back on all chunks of each stage.
  [[nodiscard]] std::vector<base::Time> stage_times(const plan::Plan& plan);
  // How a stage's time goes into its kinds of operations, mean over stages: s, by plan::Task.
  [[nodiscard]] std::array<base::Time, plan::kTaskCount> task_times(const plan::Plan& plan);
  // F2 with all parts. Throws std::invalid_argument when the plan is not legal.
  [[nodiscard]] Ledger simulate(const plan::Plan& plan);
  // The same by part of the cluster, each a mean over the devices in use there.
  [[nodiscard]] std::vector<Ledger> simulate_parts(const plan::Plan& plan);

  // What the devices of every stage do and draw over the same step, interval by interval. Throws as
  // simulate() does.
  [[nodiscard]] StepProfile profile(const plan::Plan& plan);
  // The same with operations, layers, sends and memory. Throws as simulate() does.
  [[nodiscard]] Timeline timeline(const plan::Plan& plan);

  // Gives a plan for a mixed cluster the layers of its stages: plan::balanced_layers() with each
  // part's own time for a layer, as many on a stage as fit its devices. False when they do not all
  // fit; the plan then has more than fits.
  bool split_layers(plan::Plan& plan);

 private:
  friend class Profiler;  // reads what a plan's parts cost
  // The work of one pipeline stage in a step.
  struct Stage {
    DataParallelCost data;
  };
  struct DataWork;  // data-parallel work of the stages of a plan
  struct Tables;

  [[nodiscard]] const workload::Software& software_of(int part) const;
  [[nodiscard]] const LayerCost& cost_of(int part, workload::LayerKind kind) const;
  // Finds or makes what the plan shares with others.
  void look_up(const plan::Plan& plan);
  void look_up_parts(const plan::Plan& plan, std::uint32_t rest);
  [[nodiscard]] std::uint32_t rest_of(const plan::Plan& plan);
  [[nodiscard]] DataWork make_data_work(const plan::Plan& plan);
  // What a chunk on a part hands to a stage on another, or on the same; null: nothing.
  [[nodiscard]] const Handover* handover(int from, int to) const;
  [[nodiscard]] const Evaluator& slower_copy(const plan::PipelineShape& shape, std::size_t stage,
                                             std::span<Evaluator* const> by_stage) const;
  // Times of the classes of chunks and stages.
  void fold(const plan::Plan& plan);
  [[nodiscard]] PassTimes times_of_chunk(int chunk) const;
  void fold_stage(int stage);
  [[nodiscard]] double most_saved(const PassTimes& pass, int part) const;
  // Pairs of passes on two chunks of a stage (pairs.cpp).
  void prepare_pairs(const plan::Plan& plan);
  [[nodiscard]] PairSaving saving(int forward_stage, int backward_stage) const;
  void book_pairs(const plan::Plan& plan, int stage, Ledger& ledger) const;
  [[nodiscard]] base::Time quick(const plan::Plan& plan);
  [[nodiscard]] base::Energy energy_of_stage(const plan::Plan& plan, int stage,
                                             base::Time step) const;
  void add_handovers(const ChunkClass& chunk, double times, PassEnergy& sum) const;
  // The same of every virtual stage and every stage.
  void prepare(const plan::Plan& plan);
  [[nodiscard]] base::Time tied_gradients(const plan::Plan& plan);
  base::Time gradients_of_copies(const plan::Plan& plan,
                                 const workload::ShardedParameters& parameters);
  [[nodiscard]] PipelineTimes times(const plan::Plan& plan) const;
  // What stages wait for transfers beside compute: what would vanish without them.
  [[nodiscard]] base::Time waits_for_transfer(const PipelineTimes& pipeline, base::Time step);
  void book_stage(const plan::Plan& plan, int stage, Ledger& ledger) const;
  void book_handovers(const ChunkClass& chunk, Ledger& ledger) const;
  void book_power(int part, Ledger& ledger) const;
  [[nodiscard]] std::vector<plan::StageLoad> loads_of_stages(const plan::Plan& plan) const;
  bool limit_layers(const plan::Plan& plan, std::vector<plan::StageLoad>& stages) const;

  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;

  std::vector<std::unique_ptr<PartPrices>> parts_;
  std::unique_ptr<Tables> tables_;

  // Of the plan at hand.
  std::vector<const PartCosts*> costs_;  // by part; null: none of its stages is there
  const DataWork* work_ = nullptr;
  const StageMap* map_ = nullptr;
  // Working memory: by class of chunk and of stage, by run of stages, then by virtual stage or by
  // stage.
  std::vector<PassTimes> passes_;
  std::vector<AlikeStages> alike_;
  std::vector<DataParallelCost> data_;
  std::vector<AlikeStages> runs_;
  std::vector<double> forward_, backward_, weight_, start_, tail_;
  std::vector<double> hands_forward_, hands_backward_;
  bool interwoven_ = false;    // whether the plan has pairs
  std::vector<double> pairs_;  // PipelineTimes::overlapped
  std::vector<Stage> stages_;
  PipelineScratch scratch_;
};

// The ledger of a step from those of its parts: a mean over all devices in use.
Ledger whole_of(std::span<const Ledger> parts, const plan::Plan& plan);

}  // namespace weft::step
