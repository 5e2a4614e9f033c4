// A job on a cluster whose devices are not alike: its plan's groups, the time of its step by the
// model of the step, and what its campaign must know.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>

#include "weft/cluster/cluster.h"
#include "weft/plan/plan.h"
#include "weft/population/early_life.h"
#include "weft/population/population.h"
#include "weft/population/slow_down.h"
#include "weft/population/structure.h"
#include "weft/step/evaluator.h"
#include "weft/step/ledger.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::populated {

// Step times (F2) of one plan with stages on slower devices. Each factor has an evaluator of its
// own, made when it is first asked for.
class UnlikeSteps {
 public:
  // All must outlive it. The plan is legal; the cluster is not mixed, else std::invalid_argument.
  UnlikeSteps(const workload::Job& job, const cluster::Cluster& cluster,
              const workload::Software& software, const plan::Plan& plan);
  ~UnlikeSteps();

  // By the factor on the times of all kernels of each stage; exchanges take as long as ever.
  base::Time time(std::span<const double> stage_factors);
  // Time of all kernels of a stage on a device of this class, over that on the chip's own.
  [[nodiscard]] double kernel_factor(const population::DeviceClass& kind) const;
  // A group are the ranks that meet in every layer: tensor and context ranks, replicas that trade
  // tokens of experts, and those that gather parameters layer by layer.
  [[nodiscard]] population::Structure structure();

 private:
  struct Slowed;
  step::Evaluator& evaluator(double factor);

  const workload::Job& job_;
  const cluster::Cluster& cluster_;
  const workload::Software& software_;
  const plan::Plan& plan_;
  std::map<double, std::unique_ptr<Slowed>> slowed_;
};

// Data-parallel replicas that go through every layer together.
int coupled_replicas(const plan::Plan& plan);

struct Outcome {
  population::Population population;  // with times of classes by the model of kernels
  population::Structure structure;
  population::SlowDown slow_down;  // by drawing clusters
  // In the mean over clusters filled and placed at random, in closed form.
  double expected_group = 1;
  double expected_pace = 1;
  std::optional<double> expected_step;  // population::expected_step()
  population::EarlyLife early_life;
};

// What a population makes of a legal plan; whether it fits is decided before, see
// population::limit_memory(). Group times are rounded to kResolution where devices
// spread within a class.
inline constexpr double kResolution = 2e-3;
Outcome populate(const workload::Job& job, const cluster::Cluster& cluster,
                 const workload::Software& software, const plan::Plan& plan,
                 population::Population population, int threads = 0);

// The ledger of the same step on these devices: the longer step is waiting for slow ones
// (Part::kStragglers), at the power of waiting, and leakage raises all energy and power.
step::Ledger on_unlike_devices(const Outcome& outcome, const cluster::Cluster& cluster,
                               const step::Ledger& alike);

}  // namespace weft::populated
