#include "goodput.h"

#include "weft/campaign/closed_forms.h"
#include "weft/campaign/outlook.h"
#include "weft/study/degraded_steps.h"
#include "weft/study/unlike_fleet.h"

namespace weft::study {

namespace {

using campaign::TimeClass;

constexpr int kPlayedRuns = 32;
constexpr double kLongest = 20;  // over the work

// The times and rates of `outlook` in place of those of the closed form.
void replace(campaign::Goodput& goodput, const campaign::Scenario& scenario,
             const campaign::Outlook& outlook) {
  const base::Time wall(outlook.wall.mean);
  const auto time = [&](TimeClass time_class) {
    return outlook.time_share[static_cast<std::size_t>(time_class)] * wall;
  };
  goodput.played = kPlayedRuns;
  goodput.ettr = outlook.ettr.mean;
  goodput.checkpoint_interval = outlook.interval;
  goodput.mean_time_between = outlook.mean_time_between;
  goodput.interruption_rate = outlook.interruptions.mean / wall;
  for (std::size_t i = 0; i < outlook.by_cause.size(); ++i) {
    // What a population brings comes after the components.
    if (i == goodput.by_component.size()) {
      goodput.by_component.push_back({scenario.causes[i].name, scenario.causes[i].units, {}});
    }
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
  if (study_case.population) {
    const auto& variant = study_case.campaign.variants.front();
    add_early_life(
        scenario, *study_case.population,
        variant.latent_defects ? making_of(study_case.cluster.chip, variant) : std::nullopt,
        outcome.devices_used, study_case.policy);
  }
  if (campaign::closed_form_obstacles(scenario).empty()) return goodput;
  scenario.horizon.window = kLongest * scenario.horizon.work;
  DegradedSteps degraded(job, study_case, outcome.plan);
  campaign::StepTimes step_times(
      [&degraded](const campaign::Signature& state) { return degraded.relative(state); });
  campaign::Sampling sampling;
  sampling.replicas = kPlayedRuns;
  sampling.threads = 1;  // sensitivities have theirs
  sampling.timeline_entries = 0;
  replace(goodput, scenario, campaign::look_ahead(scenario, step_times, sampling));
  return goodput;
}

}  // namespace weft::study
