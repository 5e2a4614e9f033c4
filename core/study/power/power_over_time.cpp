#include "weft/power_study/power_over_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "course.h"
#include "energy_shares.h"
#include "hours.h"
#include "weft/base/unit_text.h"
#include "weft/step/evaluator.h"

namespace weft::power_study {

namespace {

using base::Power;
using study::PowerRequest;

// Phases of the step at which a host's meter may begin to read.
constexpr int kPhases = 1024;
// Steps, and samples, that a spectrum of a long time looks at together.
constexpr double kStepsOfBlock = 64;
constexpr double kLeastBlock = 1024;
// Powers that differ by less, relative, do so by rounding.
constexpr double kAlike = 1e-9;

[[noreturn]] void refuse(const PowerRequest& request, const std::string& what, const char* hint) {
  throw base::InputError({{request.position, 1, what, hint}});
}

// Of so many seconds of a job whose step takes so long.
void require_samples(const PowerRequest& request, double length, double step) {
  const auto most = static_cast<double>(power::kMostSamples);
  const double count = length / request.sampling().si();
  if (count > most) {
    refuse(request,
           fmt::format("{:.3g} samples of {} are more than can be kept ({:.3g})", count,
                       base::to_text(request.sampling()), most),
           "a longer `interval` or a shorter `window`");
  }
  if (!request.evaluation) return;
  const double evaluations = length / step / static_cast<double>(request.evaluation->every);
  if (evaluations > most) {
    refuse(request, fmt::format("{:.3g} evaluations are more than can be kept", evaluations),
           "evaluate less often, or a shorter `window`");
  }
}

// Each hour is a stretch of its own.
void require_hours(const PowerRequest& request, double length, const Hours& hours) {
  const double most = double{power::kMostSamples};
  if (hours.are_alike() || length / base::kHour.si() <= most) return;
  refuse(request, "so many hours are more than can be kept", "a shorter `window`");
}

// J at the meter, each at its hour's carbon over that of the mean of the day.
double carbon_of(const Course& course, const Timelines& timelines) {
  double sum = 0;
  for (std::size_t k = 0; k < course.segments.size(); ++k) {
    sum += course.segments[k].carbon * timelines.site.energy(k);
  }
  return sum;
}

Trace sampled(const Timelines& timelines, double interval) {
  return {timelines.devices.sample(interval), timelines.hosts.sample(interval),
          timelines.site.sample(interval)};
}

HostReadings readings_of(const Levels& levels, base::Time meter) {
  HostReadings readings;
  readings.meter = meter;
  std::vector<power::Weighted> values;
  double energy = 0;
  double hosts = 0;
  double highest = 0;
  for (const auto& one : levels.single_hosts()) {
    const power::Periodic host(one.power);
    energy += host.mean() * one.hosts;
    hosts += one.hosts;
    for (int i = 0; i < kPhases; ++i) {
      const double from = host.period() * i / kPhases;
      values.push_back({host.mean(from, from + meter.si()), one.hosts});
      highest = std::max(highest, values.back().value);
    }
  }
  readings.mean = Power(energy / hosts);
  readings.p5 = Power(power::quantile(values, 0.05));
  readings.p95 = Power(power::quantile(values, 0.95));
  readings.highest = Power(highest);
  readings.evaluating = Power(levels.mean_host_in_forward());
  return readings;
}

// What each way to smooth adds to the one before.
class Smoother {
 public:
  Smoother(const PowerRequest& request, const power::Samples& plain) : request_(request) {
    energy_ = plain.energy();
    samples_ = plain;
  }

  void floor(const power::Samples& samples) {
    samples_ = samples;
    note(fmt::format("floor of {} of a device's limit", base::percent_text(request_.floor)));
  }
  void storage() {
    const auto& storage = *request_.storage;
    auto shaved = power::shave_peaks(samples_, storage);
    samples_ = std::move(shaved.samples);
    note(fmt::format("storage of {}, {}", base::to_text(Power(storage.power)),
                     base::to_text(base::Energy(storage.energy))));
  }
  // `working`: W that steps draw beyond waiting, at the meter; more than 0.
  void ramp(double working) {
    const auto& ramp = *request_.ramp;
    auto limited = power::limit_ramp(samples_, ramp.most.si(), ramp.up);
    samples_ = std::move(limited.samples);
    note(fmt::format("ramp of {}/s, {}", base::to_text(Power(ramp.most.si())),
                     ramp.up == power::RampUp::kBurn ? "burnt both ways" : "work waits"),
         limited.withheld, limited.withheld / working);
  }
  std::vector<Smoothing> take() { return std::move(all_); }
  [[nodiscard]] const power::Samples& samples() const { return samples_; }

 private:
  void note(std::string what, double withheld = 0, double lost = 0) {
    const double now = samples_.energy();
    all_.push_back({std::move(what), power::statistics_of(samples_), base::Energy(now),
                    base::Energy(now + withheld - energy_), base::Energy(withheld),
                    base::Time(lost)});
    energy_ = now;
  }

  const PowerRequest& request_;
  power::Samples samples_;
  double energy_ = 0;
  std::vector<Smoothing> all_;
};

struct Asked {
  const study::Case& study_case;
  const PowerRequest& request;
  const plan::Plan& plan;
  const step_power::JobProfile& profile;
};

// W that a job draws to step beyond what it draws to wait. Where a floor leaves nothing between the
// two, devices that are given less than it are idle.
double working_power(const Levels& levels, const Overheads& overheads) {
  const double stepping = overheads.total(levels.stepping());
  const double beyond = stepping - overheads.total(levels.waiting());
  return beyond > kAlike * stepping ? beyond : stepping - overheads.total(levels.idle());
}

void add_smoothing(const Asked& asked, const Course& course, const Overheads& overheads,
                   PowerAnswer& answer) {
  const auto& request = asked.request;
  if (request.floor <= 0 && !request.storage && !request.ramp) return;
  Smoother smoother(request, answer.trace.site);
  const Levels floored(asked.study_case.cluster, asked.plan, asked.profile, request.floor);
  if (request.floor > 0) {
    const auto timelines = timelines_of(course, floored, overheads);
    smoother.floor(timelines.site.sample(answer.interval.si()));
  }
  if (request.storage) smoother.storage();
  if (request.ramp) smoother.ramp(working_power(floored, overheads));
  answer.smoothing = smoother.take();
  answer.smooth = smoother.samples();
}

void add_note_on_slow_devices(PowerAnswer& answer) {
  const auto& populated = answer.result.outcome->populated;
  if (!populated) return;
  const auto& slow = populated->slow_down;
  answer.notes.push_back(fmt::format(
      "devices are not alike: each operation waits for the slowest of a group of {} (+{}), the "
      "step for the slowest pipeline (+{}), means of {} clusters drawn; work costs as much energy "
      "on slow devices, and \"stragglers\" is what all draw for longer",
      populated->structure.group, base::percent_text(slow.group.mean - 1, 2),
      base::percent_text(slow.step.mean - 1, 2), slow.samples));
}

void add_notes(const Asked& asked, PowerAnswer& answer) {
  const auto& cluster = asked.study_case.cluster;
  const auto& device = cluster.device();
  answer.notes.push_back(
      fmt::format("inputs: power of chips by the activity model of {}, of hosts and network by the "
                  "cluster's file, cooling by the site's; `weft show` says how sure each is",
                  cluster.chip_names()));
  add_note_on_slow_devices(answer);
  if (answer.interval > answer.step * 0.5) {
    answer.notes.push_back(
        fmt::format("samples of {} are longer than half a step: what changes within one is in "
                    "their means",
                    base::to_text(answer.interval)));
  }
  if (answer.events) {
    answer.notes.push_back(fmt::format(
        "devices of a job that saves, stops or comes back draw {} (waiting), those of hosts in "
        "repair or not in use {} (idle)",
        base::to_text(chips::waiting_power(device)), base::to_text(device.power.idle)));
  }
  const bool evaluates = std::any_of(answer.shares.begin(), answer.shares.end(),
                                     [](const auto& one) { return one.cause == "evaluation"; });
  if (evaluates) {
    answer.notes.push_back(
        "evaluations take time that the campaign counts as work; they run forward passes at the "
        "pace of the slowest stage");
  }
}

void add_notes_on_hours(const Asked& asked, const Hours& hours, PowerAnswer& answer) {
  const auto& site = asked.study_case.site;
  if (answer.events) {
    answer.notes.push_back(
        fmt::format("failures are those of one replica of the campaign (`replica: {}`) from its "
                    "begin; the ETTR is the mean of all of it",
                    asked.request.replica));
  }
  if (!hours.are_alike()) {
    const double even = answer.energy.si() * site.carbon_per_joule;
    answer.notes.push_back(
        fmt::format("from {:.4g} o'clock local time: overheads and carbon of each hour, where the "
                    "site gives 24; by the means of the day carbon differs by {:+.2f} %",
                    hours.start, even > 0 ? 100 * (even / answer.carbon_kg - 1) : 0.0));
  }
}

std::size_t block_of(const PowerAnswer& answer) {
  if (!answer.events) return answer.trace.site.power.size();
  const double samples = kStepsOfBlock * (answer.step / answer.interval);
  return static_cast<std::size_t>(std::max(kLeastBlock, samples));
}

void fill(const Asked& asked, const study::Study& study, PowerAnswer& answer) {
  const auto& request = asked.request;
  const auto& outcome = *answer.result.outcome;
  const double step = asked.profile.step.si();
  const Levels levels(asked.study_case.cluster, asked.plan, asked.profile, 0);
  const Overheads overheads(asked.study_case.cluster, asked.study_case.site);
  const double all_steps = step * static_cast<double>(request.steps);
  require_samples(request, request.window ? request.window->si() : all_steps, step);
  const Hours hours(asked.study_case.site, request);
  require_hours(request, request.window ? request.window->si() : all_steps, hours);
  auto course = request.window ? of_campaign(study, asked.study_case, outcome, step)
                               : steps_in_a_row(step, request.steps, request.evaluation);
  cut_by_hour(course, hours);
  const auto timelines = timelines_of(course, levels, overheads);

  answer.step = asked.profile.step;
  answer.interval = request.sampling();
  answer.window = base::Time(timelines.devices.length());
  answer.trace = sampled(timelines, answer.interval.si());
  answer.statistics = power::statistics_of(answer.trace.site);
  const Pair energy{timelines.devices.energy(), timelines.hosts.energy()};
  answer.energy = base::Energy(timelines.site.energy());
  answer.mean = overheads.at(energy * (1 / answer.window.si()));
  answer.mean.facility = answer.energy / answer.window - answer.mean.it();
  answer.carbon_kg = carbon_of(course, timelines) * asked.study_case.site.carbon_per_joule;
  answer.energy_of_hosts = base::Energy(energy.sum());
  answer.shares = shares_of(course, timelines, levels, overheads, asked.profile);
  answer.host = readings_of(levels, request.meter);
  const double worked = stepping(course);
  const double kept = std::max(0.0, worked - course.wasted);
  answer.tokens = study.job.tokens_per_step() * kept / step;
  if (request.window) {
    const double window = answer.window.si();
    answer.events = Events{course.stops, course.checkpoints, worked / window, kept / window,
                           outcome.goodput.ettr};
  }
  answer.line = power::dominant_line(answer.trace.site, block_of(answer));
  add_smoothing(asked, course, overheads, answer);
  add_notes(asked, answer);
  add_notes_on_hours(asked, hours, answer);
}

}  // namespace

PowerAnswer over_time(const study::Study& study, const study::Case& study_case,
                      study::CaseResult result) {
  PowerAnswer answer;
  answer.study_case = &study_case;
  answer.result = std::move(result);
  if (!answer.result.outcome) return answer;
  const auto& plan = answer.result.outcome->plan;
  const auto capped = study::as_run(study_case, answer.result);
  auto alike = step::Evaluator(capped.cluster, study.job, study_case.software).profile(plan);
  const auto& populated = answer.result.outcome->populated;
  const auto profile = populated ? step_power::of_unlike_devices(alike, *populated, capped.cluster)
                                 : step_power::of_alike_devices(std::move(alike));
  fill({study_case, study.power, plan, profile}, study, answer);
  return answer;
}

std::vector<PowerAnswer> over_time(const study::Study& study, const base::ThreadTeam& team) {
  auto results = study::run(study, team);
  std::vector<PowerAnswer> answers;
  for (std::size_t i = 0; i < results.size(); ++i) {
    answers.push_back(over_time(study, study.cases[i], std::move(results[i])));
  }
  return answers;
}

}  // namespace weft::power_study
