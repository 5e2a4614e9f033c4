#include "weft/details/course.h"

#include <algorithm>
#include <cmath>

#include "weft/study/degraded_steps.h"
#include "weft/weeks/look_ahead.h"

namespace weft::details {

namespace {

constexpr double kStepSamples = 1000;
constexpr double kWindowSamples = 1440;
constexpr std::size_t kTimelineEntries = 2000;

power_study::PowerAnswer power_with(const study::Study& study, const study::Case& c,
                                    const study::CaseResult& result,
                                    const study::PowerRequest& request) {
  study::Study asked;
  asked.file = study.file;
  asked.job = study.job;
  asked.power = request;
  return power_study::over_time(asked, c, result);
}

}  // namespace

power_study::PowerAnswer power_of_step(const study::Study& study, const study::Case& c,
                                       const study::CaseResult& result) {
  auto request = study.power;
  request.window.reset();
  request.start_hour.reset();
  request.steps = 1;
  const double step = result.outcome->ledger.step.si();
  request.interval = base::Time(std::max(1e-3, step / kStepSamples));
  return power_with(study, c, result, request);
}

power_study::PowerAnswer power_over_hours(const study::Study& study, const study::Case& c,
                                          const study::CaseResult& result) {
  auto request = study.power;
  const auto window = std::min(request.window.value_or(kUsualWindow), result.outcome->goodput.wall);
  request.window = window;
  request.interval = base::Time(std::max(1.0, std::ceil(window.si() / kWindowSamples)));
  return power_with(study, c, result, request);
}

Weeks one_replica(const study::Study& study, const study::Case& c, const study::Outcome& outcome) {
  const weeks::Weeks whole{&study, &c, &outcome};
  const auto& variant = c.campaign.variants.front();
  const auto made = study::making_of(c.cluster.chip, variant);
  const auto scenario =
      weeks::scenario_of(whole, variant.policy, variant.latent_defects ? made : std::nullopt);
  study::DegradedSteps degraded(study.job, c, outcome.plan);
  campaign::StepTimes step_times(
      [&degraded](const campaign::Signature& state) { return degraded.relative(state); });
  Weeks result;
  for (const auto& cause : scenario.causes) result.causes.push_back(cause.name);
  result.replica =
      campaign::simulate_replica(scenario, step_times, c.campaign.seed, 0, kTimelineEntries, true);
  result.work = outcome.goodput.productive;
  return result;
}

Progress progress_of(const Weeks& weeks, std::size_t most) {
  Progress progress;
  const auto& stretches = weeks.replica.stretches;
  double worked = 0;
  double before = 0;
  for (const auto& stretch : stretches) {
    const double time = stretch.until - before;
    before = stretch.until;
    if (stretch.time_class == campaign::TimeClass::kProductive) worked += time * stretch.rate;
  }
  if (worked <= 0 || weeks.work.si() <= 0) return progress;
  // Stretches hold work that was lost as well; in the end no more counts than what is productive.
  const double kept = weeks.replica.productive / worked / weeks.work.si();
  const double spacing = weeks.replica.wall / static_cast<double>(std::max<std::size_t>(most, 1));
  progress.points.push_back({0, 0});
  double done = 0;
  before = 0;
  for (const auto& stretch : stretches) {
    const double time = stretch.until - before;
    before = stretch.until;
    if (stretch.time_class == campaign::TimeClass::kProductive) done += time * stretch.rate * kept;
    const bool is_last = &stretch == &stretches.back();
    if (!is_last && stretch.until - progress.points.back().time < spacing) continue;
    progress.points.push_back({stretch.until, done});
  }
  return progress;
}

}  // namespace weft::details
