#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "weft/base/parallel.h"
#include "weft/base/statistics.h"
#include "weft/campaign/closed_forms.h"
#include "weft/campaign/outlook.h"

namespace weft::campaign {

namespace {

// Two-sided 95 % quantile of Student's t (Cornish and Fisher's expansion about the normal).
double student(double freedom) {
  constexpr double kNormal = base::kNormalTwoSided95;
  const double z3 = kNormal * kNormal * kNormal;
  const double z5 = z3 * kNormal * kNormal;
  const double z7 = z5 * kNormal * kNormal;
  return kNormal + (z3 + kNormal) / (4 * freedom) +
         (5 * z5 + 16 * z3 + 3 * kNormal) / (96 * freedom * freedom) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * kNormal) / (384 * freedom * freedom * freedom);
}

template <class Value>
Estimate estimate_of(const std::vector<ReplicaResult>& results, Value value) {
  std::vector<double> values;
  values.reserve(results.size());
  for (const auto& one : results) values.push_back(value(one));
  return estimate(std::move(values));
}

template <std::size_t kSize>
void add(std::array<double, kSize>& to, const std::array<double, kSize>& from, double factor) {
  for (std::size_t i = 0; i < kSize; ++i) to[i] += factor * from[i];
}

void add(std::vector<double>& to, const std::vector<double>& from, double factor) {
  if (to.size() < from.size()) to.resize(from.size(), 0.0);
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += factor * from[i];
}

double total(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

double mean_out(const ReplicaResult& one) {
  double sum = 0;
  for (std::size_t out = 1; out < one.hosts_out.size(); ++out) {
    sum += static_cast<double>(out) * one.hosts_out[out];
  }
  return sum / one.wall;
}

CauseOutlook cause_outlook(const Cause& cause, std::size_t index,
                           const std::vector<ReplicaResult>& results) {
  CauseOutlook outlook;
  outlook.name = cause.name;
  outlook.interruptions =
      estimate_of(results, [index](const ReplicaResult& one) { return one.interruptions[index]; });
  outlook.degradations =
      estimate_of(results, [index](const ReplicaResult& one) { return one.degradations[index]; });
  outlook.corruptions =
      estimate_of(results, [index](const ReplicaResult& one) { return one.corruptions[index]; });
  outlook.loss = estimate_of(
      results, [index](const ReplicaResult& one) { return sum(one.loss[index]) / one.wall; });
  const double weight = 1.0 / static_cast<double>(results.size());
  for (const auto& one : results) add(outlook.loss_by_class, one.loss[index], weight / one.wall);
  return outlook;
}

void add_means(Outlook& outlook, const std::vector<ReplicaResult>& results, std::size_t causes) {
  const double weight = 1.0 / static_cast<double>(results.size());
  double stops = 0;
  double wall = 0;
  for (const auto& one : results) {
    add(outlook.time_share, one.times, weight / one.wall);
    add(outlook.device_share, one.devices, weight / sum(one.devices));
    add(outlook.loss_to_checkpoints, one.loss[causes], weight / one.wall);
    add(outlook.loss_to_maintenance, one.loss[causes + 1], weight / one.wall);
    add(outlook.hosts_out_share, one.hosts_out, weight / one.wall);
    add(outlook.restores, one.restores, weight);
    if (outlook.by_month.size() < one.by_month.size()) outlook.by_month.resize(one.by_month.size());
    for (std::size_t i = 0; i < one.by_month.size(); ++i) {
      add(outlook.by_month[i], one.by_month[i], weight);
    }
    outlook.finished += one.finished ? weight : 0.0;
    outlook.cut += one.cut ? 1 : 0;
    outlook.waits_infeasible += weight * one.waits_infeasible;
    outlook.waiting += weight * one.waited / one.wall;
    outlook.waiting_infeasible += weight * one.waited_infeasible / one.wall;
    stops += total(one.interruptions);
    wall += one.wall;
  }
  outlook.mean_time_between =
      base::Time(stops > 0.0 ? wall / stops : std::numeric_limits<double>::infinity());
}

void add_estimates(Outlook& outlook, const std::vector<ReplicaResult>& results) {
  outlook.ettr =
      estimate_of(results, [](const ReplicaResult& one) { return one.productive / one.wall; });
  outlook.goodput = estimate_of(results, [](const ReplicaResult& one) {
    return one.devices[static_cast<std::size_t>(DeviceClass::kProductive)] / sum(one.devices);
  });
  outlook.wall = estimate_of(results, [](const ReplicaResult& one) { return one.wall; });
  outlook.interruptions =
      estimate_of(results, [](const ReplicaResult& one) { return total(one.interruptions); });
  outlook.hosts_out = estimate_of(results, mean_out);
  outlook.hosts_replaced =
      estimate_of(results, [](const ReplicaResult& one) { return one.hosts_replaced; });
  outlook.spares_failed =
      estimate_of(results, [](const ReplicaResult& one) { return one.spares_failed; });
  outlook.waits = estimate_of(results, [](const ReplicaResult& one) { return one.waits; });
  outlook.checkpoints =
      estimate_of(results, [](const ReplicaResult& one) { return one.checkpoints; });
}

}  // namespace

Estimate estimate(std::vector<double> values) {
  Estimate result;
  const auto count = static_cast<double>(values.size());
  if (values.empty()) return result;
  result.mean = total(values) / count;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.half_width = std::numeric_limits<double>::quiet_NaN();  // one value does not tell
  if (values.size() > 1) {
    result.half_width = student(count - 1.0) * std::sqrt(squares / (count - 1.0) / count);
  }
  std::sort(values.begin(), values.end());
  const auto at = [&values](double share) {
    return values[static_cast<std::size_t>(
        std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  result.low = at(0.05);
  result.high = at(0.95);
  return result;
}

std::string_view happening_name(Happening happening) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "stopped", "running", "degraded", "corrupted", "shrunk", "regrown", "waits", "repaired"};
  return kNames.at(static_cast<std::size_t>(happening));
}

int Outlook::spares_for(double level) const {
  double below = 0;
  for (std::size_t out = 0; out < hosts_out_share.size(); ++out) {
    below += hosts_out_share[out];
    if (below >= level) return static_cast<int>(out);
  }
  return hosts_out_share.empty() ? 0 : static_cast<int>(hosts_out_share.size()) - 1;
}

Outlook look_ahead(const Scenario& scenario, StepTimes& step_times, const Sampling& sampling) {
  check(scenario);
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(1, sampling.replicas));
  std::vector<ReplicaResult> results(count);
  {
    const base::ThreadTeam team(sampling.threads);
    base::Progress progress("runs played", count, sampling.progress);
    team.for_each(count, [&](std::size_t index, int /*thread*/) {
      results[index] = simulate_replica(scenario, step_times, sampling.seed, index,
                                        index == 0 ? sampling.timeline_entries : 0);
      progress.advance(1);
    });
  }
  Outlook outlook;
  outlook.replicas = static_cast<std::int64_t>(count);
  add_estimates(outlook, results);
  add_means(outlook, results, scenario.causes.size());
  for (std::size_t i = 0; i < scenario.causes.size(); ++i) {
    outlook.by_cause.push_back(cause_outlook(scenario.causes[i], i, results));
  }
  outlook.states_asked = step_times.asked();
  outlook.states_infeasible = step_times.infeasible();
  outlook.expected_between = 1.0 / stop_rate(scenario);
  outlook.interval = planned_interval(scenario);
  outlook.why_not_closed = closed_form_obstacles(scenario);
  if (outlook.why_not_closed.empty()) outlook.closed_form = closed_form_ettr(scenario);
  outlook.timeline = std::move(results.front().timeline);
  return outlook;
}

}  // namespace weft::campaign
