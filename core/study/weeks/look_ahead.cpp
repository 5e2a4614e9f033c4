#include "weft/weeks/look_ahead.h"

#include <array>
#include <limits>
#include <utility>

#include "effects.h"
#include "weft/campaign/campaign.h"
#include "weft/study/degraded_steps.h"
#include "weft/study/unlike_fleet.h"

namespace weft::weeks {

namespace {

constexpr std::array<double, 11> kSizes = {1024,  2048,  4096,   8192,   16384,  32768,
                                           65536, 98304, 131072, 262144, 1048576};
// Replicas that searches and what-ifs are content with: they compare like with like.
constexpr std::int64_t kReplicasOfWhatIfs = 24;

campaign::Sampling sampling_of(const study::CampaignRequest& request, const Options& options) {
  campaign::Sampling sampling;
  sampling.replicas = options.replicas.value_or(request.replicas);
  sampling.seed = options.seed.value_or(request.seed);
  sampling.threads = options.threads;
  if (options.whole_timeline) {
    sampling.timeline_entries = std::numeric_limits<std::size_t>::max();
  }
  return sampling;
}

std::vector<SizePoint> sizes_of(const VariantAnswer& answer, double devices) {
  std::vector<SizePoint> points;
  for (const double size : kSizes) {
    const auto other = scaled(answer.scenario, answer.variant->policy, size / devices);
    points.push_back({size, 1.0 / campaign::stop_rate(other)});
  }
  return points;
}

// The case with devices out of the bins that the variant's yield gives.
study::Outcome on_other_devices(const Weeks& weeks, const manufacturing::Manufacturing& made) {
  auto outcome = *weeks.outcome;
  const auto& c = *weeks.study_case;
  const auto before = outcome.populated->slow_down.step.mean;
  outcome.populated = populated::populate(weeks.study->job, c.cluster, c.software, outcome.plan,
                                          study::refilled(outcome.populated->population, made), 1);
  outcome.ledger.step = outcome.ledger.step / before * outcome.populated->slow_down.step.mean;
  return outcome;
}

VariantAnswer answer_variant(Weeks weeks, const study::CampaignVariant& variant,
                             study::DegradedSteps& degraded, const Options& options) {
  const auto& c = *weeks.study_case;
  VariantAnswer answer;
  answer.variant = &variant;
  const auto made = study::making_of(c.cluster.chip, variant);
  if (made) {
    answer.bins = manufacturing::make_bins(*made);
    const double packages =
        campaign::count_units(c.cluster, weeks.outcome->devices_used, campaign::Unit::kPackage);
    if (answer.bins->good_packages > 0) answer.wafers = packages / answer.bins->good_packages;
  }
  std::optional<study::Outcome> changed;
  if (weeks.outcome->populated && made && variant.die_yield) {
    changed = on_other_devices(weeks, *made);
    weeks.outcome = &*changed;
  }
  answer.step = weeks.outcome->ledger.step;
  answer.scenario =
      scenario_of(weeks, variant.policy, variant.latent_defects ? made : std::nullopt);
  campaign::StepTimes step_times(
      [&degraded](const campaign::Signature& state) { return degraded.relative(state); });
  const auto sampling = sampling_of(c.campaign, options);
  auto shown = sampling;
  shown.progress = !options.only_outlook && c.campaign.variants.size() == 1;
  answer.outlook = campaign::look_ahead(answer.scenario, step_times, shown);
  if (&variant == &c.campaign.variants.front() && !options.only_outlook) {
    auto fewer = sampling;
    fewer.replicas = std::min(sampling.replicas, kReplicasOfWhatIfs);
    answer.best = campaign::search_interval(answer.scenario, step_times, fewer);
    add_effects(answer, weeks, step_times, fewer);
    if (options.sizes) {
      answer.sizes = sizes_of(answer, static_cast<double>(weeks.outcome->devices_used));
    }
  }
  const auto notes = degraded.notes();
  answer.notes.assign(notes.begin(), notes.end());
  return answer;
}

}  // namespace

std::vector<CaseAnswer> look_ahead(const study::Study& study, const Options& options,
                                   const base::ThreadTeam& team) {
  auto results = study::run(study, team);
  std::vector<CaseAnswer> answers(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& answer = answers[i];
    answer.study_case = &study.cases[i];
    answer.result = std::move(results[i]);
    if (!answer.result.outcome) continue;
    const Weeks weeks{&study, answer.study_case, &*answer.result.outcome};
    study::DegradedSteps degraded(study.job, *answer.study_case, answer.result.outcome->plan);
    const auto& variants = answer.study_case->campaign.variants;
    base::Progress progress("campaigns", variants.size(),
                            !options.only_outlook && variants.size() > 1);
    for (const auto& variant : variants) {
      answer.variants.push_back(answer_variant(weeks, variant, degraded, options));
      progress.advance(1);
    }
  }
  return answers;
}

}  // namespace weft::weeks
