#include "goodput.h"

#include "weft/campaign/closed_forms.h"
#include "weft/campaign/outlook.h"
#include "weft/study/degraded_steps.h"

namespace weft::study {

namespace {

using campaign::TimeClass;

constexpr int kPlayedRuns = 32;
constexpr double kLongest = 20;  // over the work

// The times and rates of `outlook` in place of those of the closed form.
void replace(campaign::Goodput& goodput, const campaign::Outlook& outlook) {
  const base::Time wall(outlook.wall.mean);
  const auto time = [&](TimeClass time_class) {
    return outlook.time_share[static_cast<std::size_t>(time_class)] * wall;
  };
  goodput.played = kPlayedRuns;
  goodput.ettr = outlook.ettr.mean;
  goodput.checkpoint_interval = outlook.interval;
  goodput.mean_time_between = outlook.mean_time_between;
  goodput.interruption_rate = outlook.interruptions.mean / wall;
  for (std::size_t i = 0; i < goodput.by_component.size(); ++i) {
    goodput.by_component[i].rate = outlook.by_cause[i].interruptions.mean / wall;
  }
  goodput.wall = wall;
  goodput.productive = time(TimeClass::kProductive);
  goodput.checkpointing = time(TimeClass::kCheckpointSave);
  goodput.lost = time(TimeClass::kWastedProgress);
  goodput.recovering = wall - goodput.productive - goodput.checkpointing - goodput.lost;
  goodput.makes_progress = outlook.finished >= 1.0;
  if (goodput.makes_progress) return;
  goodput.ettr = 0;
  for (auto* part : {&goodput.productive, &goodput.checkpointing, &goodput.lost,
                     &goodput.recovering, &goodput.wall}) {
    *part = base::Time(0);
  }
}

}  // namespace

campaign::Goodput goodput_of(std::span<const campaign::PartInUse> parts, const workload::Job& job,
                             const Case& study_case, const Outcome& outcome) {
  auto goodput = campaign::simulate(parts, outcome.ledger, job, study_case.policy);
  const campaign::JobShape shape{outcome.ledger.step, outcome.ledger.step * job.steps(),
                                 workload::count_parameters(job.model).total, outcome.plan.data};
  if (goodput.productive.si() <= 0.0) return goodput;  // nothing to train
  if (shape.work.si() <= 0) return goodput;            // nothing to play
  auto scenario = campaign::scenario_of(parts, shape, study_case.policy);
  if (campaign::closed_form_obstacles(scenario).empty()) return goodput;
  scenario.horizon.window = kLongest * scenario.horizon.work;
  DegradedSteps degraded(job, study_case, outcome.plan);
  campaign::StepTimes step_times(
      [&degraded](const campaign::Signature& state) { return degraded.relative(state); });
  campaign::Sampling sampling;
  sampling.replicas = kPlayedRuns;
  sampling.threads = 1;  // sensitivities have theirs
  sampling.timeline_entries = 0;
  replace(goodput, campaign::look_ahead(scenario, step_times, sampling));
  return goodput;
}

}  // namespace weft::study
