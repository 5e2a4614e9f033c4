#include "course.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "weft/study/degraded_steps.h"
#include "weft/weeks/look_ahead.h"

namespace weft::power_study {

namespace {

using campaign::TimeClass;

// Steps and, after every so many, an evaluation, in whatever stretches there are for them.
class Stepper {
 public:
  Stepper(double step, const std::optional<study::Evaluation>& evaluation)
      : step_(step), evaluation_(evaluation) {}

  // Forgets how far the last step was.
  void begin_a_step() { position_ = 0; }

  void work(Course& course, double from, double until, double rate, double missing) {
    while (from < until) {
      if (left_of_evaluation_ > 0) {
        const double to = std::min(until, from + left_of_evaluation_);
        add(course, {to, true, TimeClass::kProductive, 1, missing, 0}, from);
        left_of_evaluation_ = to < until ? 0.0 : left_of_evaluation_ - (to - from);
        from = to;
        continue;
      }
      const bool stretches = rate < 1 && missing <= 0;
      const double length = stretches ? step_ / rate : step_;
      double to = until;
      if (evaluation_ && rate > 0) {
        const double left = static_cast<double>(evaluation_->every) * step_ - done_;
        const double next = from + std::max(0.0, left / rate);
        if (next <= until) left_of_evaluation_ = evaluation_->takes.si();
        to = std::min(until, next);
      }
      add(course, {to, false, TimeClass::kProductive, rate, missing, position_ * length}, from);
      const double steps = (to - from) / length;
      position_ = std::fmod(position_ + steps, 1.0);
      done_ = left_of_evaluation_ > 0 ? 0.0 : done_ + rate * (to - from);
      from = to;
    }
  }

  static void add(Course& course, const Segment& segment, double from) {
    if (segment.until > from) course.segments.push_back(segment);
  }

 private:
  double step_;
  std::optional<study::Evaluation> evaluation_;
  double position_ = 0;  // of a step
  double done_ = 0;      // s of sound stepping since the last evaluation
  double left_of_evaluation_ = 0;
};

campaign::ReplicaResult play(const study::Study& study, const study::Case& study_case,
                             const study::Outcome& outcome, double& hosts) {
  auto looked_at = study_case;
  looked_at.campaign.window = *study.power.window;
  const weeks::Weeks weeks{&study, &looked_at, &outcome};
  const auto& variant = looked_at.campaign.variants.front();
  const auto made = study::making_of(looked_at.cluster.chip, variant);
  const auto scenario =
      weeks::scenario_of(weeks, variant.policy, variant.latent_defects ? made : std::nullopt);
  hosts = static_cast<double>(scenario.fleet.hosts);
  study::DegradedSteps degraded(study.job, looked_at, outcome.plan);
  campaign::StepTimes step_times(
      [&degraded](const campaign::Signature& state) { return degraded.relative(state); });
  return campaign::simulate_replica(scenario, step_times, looked_at.campaign.seed,
                                    static_cast<std::uint64_t>(study.power.replica), 0, true);
}

bool keeps_the_step(TimeClass time_class) {
  return time_class == TimeClass::kCheckpointSave || time_class == TimeClass::kElasticSliceDown ||
         time_class == TimeClass::kElasticScaleUp;
}

}  // namespace

Course steps_in_a_row(double step, std::int64_t steps,
                      const std::optional<study::Evaluation>& evaluation) {
  Course course;
  double length = step * static_cast<double>(steps);
  if (evaluation) {
    length += static_cast<double>(steps / evaluation->every) * evaluation->takes.si();
  }
  Stepper(step, evaluation).work(course, 0, length, 1, 0);
  return course;
}

Course of_campaign(const study::Study& study, const study::Case& study_case,
                   const study::Outcome& outcome, double step) {
  double hosts = 1;
  const auto played = play(study, study_case, outcome, hosts);
  Course course;
  course.checkpoints = played.checkpoints;
  for (const double one : played.interruptions) course.stops += one;
  course.stops += played.maintenances;
  course.wasted = played.times[static_cast<std::size_t>(TimeClass::kWastedProgress)];
  Stepper stepper(step, study.power.evaluation);
  double from = 0;
  for (const auto& stretch : played.stretches) {
    const double missing = std::clamp(stretch.missing / hosts, 0.0, 1.0);
    if (stretch.time_class == TimeClass::kProductive) {
      stepper.work(course, from, stretch.until, std::min(stretch.rate, 1.0), missing);
    } else {
      Stepper::add(course, {stretch.until, false, stretch.time_class, 0, missing, 0}, from);
      if (!keeps_the_step(stretch.time_class)) stepper.begin_a_step();
    }
    from = stretch.until;
  }
  return course;
}

namespace {

// The functions of both channels, by what they are of.
class Functions {
 public:
  Functions(const Levels& levels, const Overheads& overheads, Timelines& timelines)
      : levels_(levels),
        of_devices_(overheads.of_devices.total().si()),
        of_hosts_(overheads.of_hosts.total().si()),
        timelines_(timelines) {}

  std::size_t step(double rate) {
    return found(rate, [&] { return levels_.step(rate); });
  }
  std::size_t forward() {
    return found(-1, [&] { return levels_.forward(); });
  }
  std::size_t waiting() {
    return found(-2, [&] {
      const auto pair = levels_.waiting();
      return step_power::Curves{{{1, pair.devices}}, {{1, pair.hosts}}};
    });
  }

 private:
  template <class Make>
  std::size_t found(double key, Make make) {
    const auto [place, is_new] = numbers_.try_emplace(key, 0);
    if (is_new) {
      auto curves = make();
      const std::array<power::Term, 2> parts = {
          {{&curves.devices, of_devices_}, {&curves.hosts, of_hosts_}}};
      timelines_.site.add(power::Periodic(power::sum_of(parts)));
      place->second = timelines_.devices.add(power::Periodic(std::move(curves.devices)));
      timelines_.hosts.add(power::Periodic(std::move(curves.hosts)));
    }
    return place->second;
  }

  const Levels& levels_;
  double of_devices_, of_hosts_;  // W at the meter for each of theirs
  Timelines& timelines_;
  std::map<double, std::size_t> numbers_;
};

}  // namespace

Timelines timelines_of(const Course& course, const Levels& levels, const Overheads& overheads) {
  Timelines timelines;
  Functions functions(levels, overheads, timelines);
  const auto unused = levels.unused();
  const auto idle = levels.idle();
  const auto waiting = levels.waiting();
  for (const auto& segment : course.segments) {
    const double in_place = 1 - segment.missing;
    power::Stretch stretch{segment.until, 0, segment.phase, in_place, 0};
    auto rest = unused + idle * segment.missing;
    if (segment.evaluates) {
      stretch.function = functions.forward();
    } else if (!segment.steps() || segment.rate <= 0) {
      stretch.function = functions.waiting();
    } else if (segment.missing > 0) {
      // Steps are as long as ever; hosts in place whose replica does not run wait.
      stretch.function = functions.step(1);
      stretch.scale = std::min(segment.rate, in_place);
      rest = rest + waiting * (in_place - stretch.scale);
    } else {
      stretch.function = functions.step(segment.rate);
    }
    stretch.constant = rest.devices;
    timelines.devices.add(stretch);
    stretch.constant = rest.hosts;
    timelines.hosts.add(stretch);
    stretch.constant = overheads.total(rest) * segment.overhead;
    stretch.scale *= segment.overhead;
    timelines.site.add(stretch);
  }
  return timelines;
}

}  // namespace weft::power_study
