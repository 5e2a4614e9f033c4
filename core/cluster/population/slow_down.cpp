#include "weft/population/slow_down.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/base/statistics.h"
#include "weft/population/filling.h"
#include "weft/population/time_law.h"

namespace weft::population {

namespace {

struct Sample {
  double group = 1;
  double pace = 1;
  std::vector<AlikePipelines> pipelines;  // those with the largest time of a stage first
};

double longest(const std::vector<double>& times) {
  return *std::max_element(times.begin(), times.end());
}

Sample drawn(const Population& population, const Structure& structure, std::int64_t hosts,
             double resolution, std::uint64_t number) {
  const auto& placement = placement_named(population.placement);
  const auto filling = fill(population, hosts, placement, number);
  const auto times = group_times(population, structure, placement, filling);
  Sample sample;
  double sum = 0, slowest = 0;
  const auto replicas = static_cast<std::size_t>(structure.replicas);
  for (std::size_t i = 0; i < times.size(); ++i) {
    sum += times[i];
    slowest = std::max(slowest, times[i] * structure.stage_times[i / replicas]);
  }
  sample.group = sum / static_cast<double>(times.size());
  sample.pace = slowest / structure.longest_stage();
  sample.pipelines = fold(times, structure, resolution);
  std::stable_sort(
      sample.pipelines.begin(), sample.pipelines.end(),
      [](const auto& a, const auto& b) { return longest(a.times) > longest(b.times); });
  return sample;
}

// Each distinct pipeline once.
class Steps {
 public:
  Steps(const StepTime& step_time, int stages)
      : step_time_(step_time), sound_(step_time(std::vector<double>(stages_of(stages), 1.0))) {}

  // Of the slowest pipeline, over that of sound devices. The others are no slower than in
  // proportion to their slowest stage.
  double slowest(const std::vector<AlikePipelines>& pipelines) {
    double worst = 0;
    for (const auto& pipeline : pipelines) {
      if (longest(pipeline.times) * sound_ <= worst) break;
      worst = std::max(worst, time_of(pipeline.times));
    }
    return worst / sound_;
  }
  [[nodiscard]] std::int64_t simulated() const { return static_cast<std::int64_t>(known_.size()); }

 private:
  static std::size_t stages_of(int stages) { return static_cast<std::size_t>(stages); }
  double time_of(const std::vector<double>& factors) {
    const auto found = known_.find(factors);
    if (found != known_.end()) return found->second;
    return known_.emplace(factors, step_time_(factors)).first->second;
  }

  const StepTime& step_time_;
  double sound_;
  std::map<std::vector<double>, double> known_;
};

// Sums are of differences from the first value, so that equal ones have no spread.
Estimate estimate(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double first = values.front();
  double sum = 0, squares = 0;
  for (const double value : values) sum += value - first;
  const double mean = first + sum / n;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double half = n > 1 ? base::kNormalTwoSided95 * std::sqrt(squares / (n - 1) / n) : 0;
  return {mean, half};
}

std::int64_t hosts_for(const Population& population, const Structure& structure) {
  const std::int64_t per_host = population.devices_per_host;
  return (structure.devices() + per_host - 1) / per_host;
}

// The mean of the longest of `count` independent times.
double mean_of_longest(std::vector<std::pair<double, double>> times_and_chances,
                       std::int64_t count) {
  std::sort(times_and_chances.begin(), times_and_chances.end());
  double mean = 0, below = 0, before = 0;
  for (const auto& [time, chance] : times_and_chances) {
    below += chance;
    const double all = std::pow(std::min(below, 1.0), static_cast<double>(count));
    mean += time * (all - before);
    before = all;
  }
  return mean + times_and_chances.back().first * (1 - before);
}

// Times that a group can take, and how likely.
std::vector<std::pair<double, double>> grades_of(const TimeLaw& law, int group) {
  std::vector<std::pair<double, double>> grades;
  double before = 0;
  for (const double time : law.centres()) {
    const double below = law.below(time, group);
    if (below > before) grades.emplace_back(time, below - before);
    before = below;
  }
  return grades;
}

bool advance(std::vector<std::size_t>& digits, std::size_t base) {
  for (auto& digit : digits) {
    if (++digit < base) return true;
    digit = 0;
  }
  return false;
}

}  // namespace

SlowDown sampled_slow_down(const Population& population, const Structure& structure,
                           const StepTime& step_time, const SlowDownOptions& options) {
  check(structure);
  const auto hosts = std::max(options.hosts, hosts_for(population, structure));
  std::vector<Sample> samples(static_cast<std::size_t>(population.samples));
  const auto draw = [&](std::size_t i, int /*thread*/) {
    samples[i] = drawn(population, structure, hosts, options.resolution, i);
  };
  if (options.threads == 1) {
    // A team takes a look at the machine first.
    for (std::size_t i = 0; i < samples.size(); ++i) draw(i, 0);
  } else {
    base::ThreadTeam(options.threads).for_each(samples.size(), draw);
  }
  Steps steps(step_time, structure.stages());
  std::vector<double> groups, paces, slowest;
  for (const auto& sample : samples) {
    groups.push_back(sample.group);
    paces.push_back(sample.pace);
    slowest.push_back(steps.slowest(sample.pipelines));
  }
  return {estimate(groups), estimate(paces), estimate(slowest), population.samples,
          steps.simulated()};
}

std::optional<double> expected_step(const Population& population, const Structure& structure,
                                    const StepTime& step_time) {
  check(structure);
  const TimeLaw law(population);
  if (!population.is_discrete() || !law.is_independent(structure.group)) return std::nullopt;
  const auto grades = grades_of(law, structure.group);
  const double pipelines = std::pow(static_cast<double>(grades.size()), structure.stages());
  if (pipelines > static_cast<double>(kMostPipelines)) return std::nullopt;

  std::vector<std::size_t> digits(structure.stage_times.size(), 0);
  std::vector<double> factors(digits.size());
  std::vector<std::pair<double, double>> times_and_chances;
  do {
    double chance = 1;
    for (std::size_t s = 0; s < digits.size(); ++s) {
      factors[s] = grades[digits[s]].first;
      chance *= grades[digits[s]].second;
    }
    times_and_chances.emplace_back(step_time(factors), chance);
  } while (advance(digits, grades.size()));
  const std::vector<double> sound(digits.size(), 1.0);
  return mean_of_longest(std::move(times_and_chances), structure.replicas) / step_time(sound);
}

}  // namespace weft::population
