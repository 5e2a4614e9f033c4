#include "designer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "weft/campaign/closed_forms.h"
#include "weft/plan/check.h"
#include "weft/site/site.h"

namespace weft::size {

namespace {

Design of_cluster(const cluster::Cluster& cluster) {
  Design design;
  design.hosts = cluster.hosts;
  design.packages = cluster.packages();
  design.devices = cluster.devices();
  design.label = cluster.label;
  design.racks = cluster.racks;
  design.fabric = fabric_lines(cluster.fabric);
  if (!design.fabric.empty()) design.oversubscription = design.fabric.back().oversubscription;
  return design;
}

std::int64_t shared_out(double share, std::int64_t hosts) {
  return static_cast<std::int64_t>(std::ceil(share * static_cast<double>(hosts) - 1e-9));
}

// With the spare hosts in it, which no job uses; the network is that of the cluster.
cluster::Cluster with_spares(cluster::Cluster cluster, std::int64_t spares) {
  const double before = static_cast<double>(cluster.hosts);
  cluster.hosts += spares;
  cluster.racks = std::ceil(cluster.racks * static_cast<double>(cluster.hosts) / before - 1e-9);
  return cluster;
}

std::optional<double> budget_needed(const Design& design, MoneyOf of) {
  switch (of) {
    case MoneyOf::kCapital:
      if (design.money.capital) return design.money.capital->total();
      return std::nullopt;
    case MoneyOf::kRun:
      if (design.money.run && design.money.owned) return design.money.run->own;
      return std::nullopt;
    case MoneyOf::kRent:
      return design.money.run ? design.money.run->rent : std::nullopt;
  }
  return std::nullopt;
}

std::optional<double> power_needed(const Design& design, study::LimitOf of) {
  if (!design.outcome) return std::nullopt;
  const auto& bill = design.outcome->bill;
  return (of == study::LimitOf::kPeak ? bill.peak : bill.mean).total().si();
}

}  // namespace

study::CaseResult Designer::planned(const study::Study& study) const {
  const auto& one = study.cases.front();
  study::CaseResult result;
  // A plan that leaves nothing open may not suit this size.
  if (one.request.is_complete()) {
    const auto plan = study::plan_of(study.job, one);
    const auto problem = plan::first_problem(one.cluster, study.job, one.software, plan);
    if (problem) {
      result.reason = plan::explain(*problem, one.cluster, study.job, one.software, plan);
      return result;
    }
  }
  return study::run(study, *team_).front();
}

void Designer::add_spares(const study::Case& one, Design& design) const {
  auto& spares = design.spares;
  const auto& rule = question_->spares;
  spares.in_place = 0;
  if (design.outcome) {
    spares.in_place = design.outcome->devices_idle / one.cluster.host.devices;
  }
  if (rule.share) {
    spares.wanted = shared_out(*rule.share, one.cluster.hosts);
  } else if (design.outcome) {
    spares.out = hosts_out(one, *design.outcome, *repairs_);
    spares.wanted = campaign::poisson_quantile(spares.out, rule.level);
    if (!has_repair_times(one.policy)) spares.repairs = rule.repairs;
  }
  spares.added = std::max<std::int64_t>(0, spares.wanted - spares.in_place);
}

void Designer::add_money(const cost::Question& built, const study::Case& one,
                         Design& design) const {
  const auto whole = with_spares(one.cluster, design.spares.added);
  design.racks = whole.racks;
  if (design.outcome) {
    auto& outcome = *design.outcome;
    outcome.bill = site::account(whole, outcome.devices_used, outcome.ledger, outcome.goodput,
                                 built.study->job, one.site);
  }
  auto priced = built.cases.front();
  priced.cluster = whole;
  design.money = cost::evaluate(priced, built.terms, design.outcome ? &*design.outcome : nullptr);
}

void Designer::add_checks(const study::Case& one, Design& design) const {
  const auto& targets = question_->targets;
  design.checks.clear();
  const auto add = [&](Target target, double allowed, std::optional<double> needed) {
    design.checks.push_back({target, allowed, needed, ""});
  };
  const auto wall = design.wall();
  if (targets.time) {
    add(Target::kTime, targets.time->si(), wall ? std::optional(wall->si()) : std::nullopt);
  }
  if (targets.power) {
    add(Target::kPower, targets.power->most.si(), power_needed(design, targets.power->of));
  }
  if (targets.budget) {
    const auto& to = targets.budget->currency;
    auto needed = budget_needed(design, targets.budget_of);
    const auto& site = one.site;
    if (needed) needed = site.rates.convert({*needed, design.money.currency}, to).amount;
    add(Target::kBudget, targets.budget->amount, needed);
    design.checks.back().currency = to;
  }
  if (targets.chips) {
    add(Target::kChips, *targets.chips, static_cast<double>(design.all_packages()));
  }
  if (targets.racks) {
    add(Target::kRacks, *targets.racks,
        design.racks > 0 ? std::optional(design.racks) : std::nullopt);
  }
}

Design Designer::counted(const cost::Question& built) const {
  const auto& one = built.study->cases.front();
  auto design = of_cluster(one.cluster);
  add_spares(one, design);
  add_money(built, one, design);
  add_checks(one, design);
  return design;
}

Design Designer::again(const cost::Question& built, const Design& before) const {
  const auto& study = *built.study;
  auto one = study.cases.front();
  auto design = of_cluster(one.cluster);
  design.variant = before.variant;
  design.spares = before.spares;
  design.storage = before.storage;
  if (before.outcome) {
    const auto& plan = before.outcome->plan;
    if (design.storage.write > one.cluster.storage.write) {
      one.cluster.storage.write = design.storage.write;
      one.cluster.storage.read = std::max(one.cluster.storage.read, design.storage.write);
    }
    const auto problem = plan::first_problem(one.cluster, study.job, one.software, plan);
    if (problem) {
      design.reason = plan::explain(*problem, one.cluster, study.job, one.software, plan);
    } else {
      auto result = study::run_case(study, one, *team_, plan);
      design.reason = result.reason;
      one = result.outcome ? study::as_run(one, result) : one;
      design.outcome = std::move(result.outcome);
    }
  }
  add_money(built, one, design);
  add_checks(one, design);
  return design;
}

Design Designer::design(const cost::Question& built) const {
  const auto& study = *built.study;
  auto design = of_cluster(study.cases.front().cluster);
  auto result = planned(study);
  design.reason = result.reason;
  auto one = result.outcome ? study::as_run(study.cases.front(), result) : study.cases.front();
  if (result.outcome) {
    design.storage = storage_for(one, study.job, *result.outcome, question_->checkpoint_pause);
    design.outcome = std::move(*result.outcome);
    if (design.storage.write > design.storage.written) {
      one.cluster.storage.write = design.storage.write;
      one.cluster.storage.read = std::max(one.cluster.storage.read, design.storage.write);
      design.outcome = study::evaluate(study.job, one, design.outcome->plan);
    }
    if (!design.outcome->goodput.makes_progress) {
      design.reason = "failures come faster than the job gets ahead";
    }
  }
  add_spares(one, design);
  add_money(built, one, design);
  add_checks(one, design);
  return design;
}

}  // namespace weft::size
