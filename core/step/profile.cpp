// When each stage does what, and what its devices draw then.
#include "weft/step/profile.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "index.h"
#include "pass_intervals.h"
#include "profiler.h"
#include "schedules.h"
#include "weft/plan/check.h"
#include "weft/step/evaluator.h"

namespace weft::step {

StepProfile Evaluator::profile(const plan::Plan& plan) {
  if (const auto problem = plan::first_problem(cluster_, job_, plan)) {
    throw std::invalid_argument(plan::explain(*problem, cluster_, job_, software_, plan));
  }
  prepare(plan);
  const auto pipeline = times(plan);
  std::vector<std::vector<double>> starts;
  StepProfile result;
  result.step = base::Time(replay(pipeline, Folding::kFolded, scratch_));
  const auto for_transfer = waits_for_transfer(pipeline, result.step);
  replay_starts(pipeline, scratch_, starts);
  Profiler profiler(*this, plan);
  double slowest = 0;
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    StageProfile one;
    one.part = plan.part_of(stage);
    one.step = profiler.step_of(stage, starts[at(stage)], result.step.si(), for_transfer.si());
    one.forward = profiler.forward_of(stage);
    slowest = std::max(slowest, length_of(one.forward));
    result.stages.push_back(std::move(one));
  }
  result.forward = base::Time(slowest);
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    auto& forward = result.stages[at(stage)].forward;
    profiler.wait(forward, stage, slowest - length_of(forward));
  }
  return result;
}

std::array<base::Energy, kPartCount> StepProfile::energy_by_part() const {
  std::array<base::Energy, kPartCount> sum{};
  for (const auto& stage : stages) {
    for (const auto& one : stage.step) {
      sum[static_cast<std::size_t>(one.part)] += base::Energy(one.time * one.power);
    }
  }
  for (auto& part : sum) part *= 1.0 / static_cast<double>(stages.size());
  return sum;
}

base::Energy StepProfile::device_energy() const {
  base::Energy sum;
  for (const auto& part : energy_by_part()) sum += part;
  return sum;
}

}  // namespace weft::step
