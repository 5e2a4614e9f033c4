#include "hold_limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "weft/base/unit_text.h"
#include "weft/plan/plan.h"
#include "weft/power/samples.h"
#include "weft/step/evaluator.h"
#include "weft/step_power/levels.h"
#include "weft/study/power_request.h"

namespace weft::study {

namespace {

constexpr std::array<const char*, kLimitOfCount> kLimitsOf = {"mean", "peak", "p95"};
// Of the range of caps, within which the bisection ends.
constexpr double kCapTolerance = 1e-4;
constexpr int kMostRounds = 6;
// A cap lies above what busy units draw before they compute anything.
constexpr double kAboveLeast = 1e-6;

base::Power highest_cap(const cluster::Cluster& part) {
  const auto own = part.state.point.power_cap;
  const auto limit = part.device().power.limit;
  return own.si() > 0 ? std::min(own, limit) : limit;
}

base::Power lowest_cap(const cluster::Cluster& part) {
  const auto& power = part.device().power;
  return std::min(highest_cap(part), (power.idle + power.active) * (1 + kAboveLeast));
}

// From 0, the lowest cap, to 1, what each device may draw anyway.
std::vector<base::Power> caps_at(const cluster::Cluster& cluster, double share) {
  std::vector<base::Power> caps;
  for (int p = 0; p < cluster.parts(); ++p) {
    const auto low = lowest_cap(cluster.part(p));
    caps.push_back(low + (highest_cap(cluster.part(p)) - low) * share);
  }
  return caps;
}

Case with_caps(Case study_case, const std::vector<base::Power>& caps) {
  if (caps.empty()) return study_case;
  auto& cluster = study_case.cluster;
  cluster.state.point.power_cap = caps.front();
  for (std::size_t p = 1; p < caps.size(); ++p) {
    cluster.further[p - 1].state.point.power_cap = caps[p];
  }
  return study_case;
}

// Of the samples of one step.
base::Power p95_at_meter(const workload::Job& job, const Case& study_case, const plan::Plan& plan) {
  const auto& cluster = study_case.cluster;
  const auto profile = step_power::of_alike_devices(
      step::Evaluator(cluster, job, study_case.software).profile(plan));
  const step_power::Levels levels(cluster, plan, profile, 0);
  const step_power::Overheads overheads(cluster, study_case.site);
  const auto samples = step_power::site_over_step(levels, overheads, kUsualSampling);
  const double hottest = site::highest_pue(study_case.site) / study_case.site.pue;
  return base::Power(power::statistics_of(samples).p95) * hottest;
}

// What the limit is about, at the meter in the hottest hour.
base::Power drawn_at_meter(const workload::Job& job, const Case& study_case,
                           const plan::Plan& plan) {
  const auto& cluster = study_case.cluster;
  const auto of = study_case.power_limit->of;
  if (of == LimitOf::kP95) return p95_at_meter(job, study_case, plan);
  const auto ledgers = step::Evaluator(cluster, job, study_case.software).simulate_parts(plan);
  base::Power sum;
  for (int p = 0; p < cluster.parts(); ++p) {
    const auto& ledger = ledgers[static_cast<std::size_t>(p)];
    const auto mean = ledger.mean_device_power();
    const auto device = of == LimitOf::kPeak ? std::max(mean, ledger.highest_phase) : mean;
    const std::int64_t used = plan.stages_in(p) * plan.devices_of_stage();
    sum += site::meter_power(cluster.part(p), used, device, study_case.site).it();
  }
  return sum * site::highest_pue(study_case.site);
}

class Holder {
 public:
  Holder(const workload::Job& job, const Case& study_case) : job_(job), case_(study_case) {}

  [[nodiscard]] base::Power at(const plan::Plan& plan, double share) const {
    return drawn_at_meter(job_, with_caps(case_, caps_at(case_.cluster, share)), plan);
  }

  // The highest share at which `plan` is within the limit, and what is drawn there and just above.
  struct Found {
    double share = 0;
    base::Power drawn, above;
  };
  [[nodiscard]] Found highest(const plan::Plan& plan) const {
    double low = 0;
    double high = 1;
    Found found{0, at(plan, 0), at(plan, 1)};
    while (high - low > kCapTolerance) {
      const double middle = 0.5 * (low + high);
      const auto drawn = at(plan, middle);
      (drawn <= case_.power_limit->most ? low : high) = middle;
      (drawn <= case_.power_limit->most ? found.drawn : found.above) = drawn;
    }
    found.share = low;
    return found;
  }

 private:
  const workload::Job& job_;
  const Case& case_;
};

std::string infeasible_text(const Case& study_case, base::Power least) {
  const auto& cluster = study_case.cluster;
  base::Power idle;
  for (int p = 0; p < cluster.parts(); ++p) {
    idle += site::meter_power(cluster.part(p), 0, base::Power(), study_case.site).it();
  }
  idle *= site::highest_pue(study_case.site);
  const auto most = study_case.power_limit->most;
  auto text = fmt::format(
      "{} at the meter cannot be held: with every package capped as low as it "
      "goes ({}) the job draws {}",
      base::to_text(most), base::to_text(lowest_cap(cluster) * cluster.chip.devices()),
      base::to_text(least));
  if (idle > most) text += fmt::format(", and {} while idle", base::to_text(idle));
  return text + "; fewer hosts, or a higher power_limit";
}

}  // namespace

const char* name_of(LimitOf of) { return kLimitsOf[static_cast<std::size_t>(of)]; }

std::optional<PowerLimit> read_power_limit(base::Fields& use) {
  const auto node = use.value("power_limit");
  if (!node) return std::nullopt;
  PowerLimit limit;
  const bool has_kind = node->is_map() && node->find("most");
  if (has_kind) {
    base::Fields fields(*node, use.reading(), use.name());
    limit.most = fields.positive<base::Power>("most");
    limit.of = static_cast<LimitOf>(fields.choice("of", {kLimitsOf.begin(), kLimitsOf.end()}, 0));
    fields.finish();
  } else {
    limit.most = use.positive<base::Power>("power_limit");
  }
  return limit;
}

Case as_run(const Case& study_case, const CaseResult& result) {
  return result.limit ? with_caps(study_case, result.limit->caps) : study_case;
}

void hold_limit(const workload::Job& job, const Case& study_case, const SearchAgain& again,
                CaseResult& result) {
  const Holder holder(job, study_case);
  const auto most = study_case.power_limit->most;
  LimitHeld held;
  held.free = held.drawn = drawn_at_meter(job, study_case, *result.search.best);
  if (held.free <= most) {
    result.limit = std::move(held);
    return;
  }
  auto search = result.search;
  held.agrees = false;
  while (!held.agrees && held.rounds < kMostRounds) {
    const auto plan = *search.best;
    const auto least = holder.at(plan, 0);
    if (least > most) {
      if (held.rounds > 0) break;  // the plan before can
      result.reason = infeasible_text(study_case, least);
      result.search.best.reset();
      return;
    }
    const auto found = holder.highest(plan);
    held.caps = caps_at(study_case.cluster, found.share);
    held.drawn = found.drawn;
    held.tolerance = found.above - found.drawn;
    ++held.rounds;
    result.search = search;
    if (!study_case.request.is_complete()) search = again(with_caps(study_case, held.caps));
    held.agrees = search.best == plan;
  }
  result.limit = std::move(held);
}

}  // namespace weft::study
