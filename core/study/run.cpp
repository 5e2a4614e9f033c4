#include "weft/study/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "goodput.h"
#include "hold_limit.h"
#include "weft/plan/check.h"
#include "weft/plan/parts.h"
#include "weft/step/evaluator.h"
#include "weft/study/memory_study.h"

namespace weft::study {

plan::Plan plan_of(const plan::Request& request) {
  plan::Plan plan;
  plan.tensor = request.tensor.value_or(1);
  plan.context = request.context.value_or(1);
  plan.data = request.data.value_or(1);
  plan.pipeline = request.pipeline.value_or(1);
  plan.virtual_stages = request.virtual_stages.value_or(1);
  plan.expert = request.expert.value_or(1);
  plan.micro_batch = request.micro_batch.value_or(1);
  plan.zero = request.zero.value_or(1);
  plan.sequence_parallel = request.sequence_parallel.value_or(plan.tensor > 1);
  plan.recompute = request.recompute.value_or(plan::Recompute::kNone);
  plan.schedule = request.schedule.value_or(plan::Schedule::kOneForwardOneBackward);
  plan.layers = request.layers;
  plan.expert_tensor = request.expert_tensor.value_or(1);
  plan.recompute_layers = request.recompute_layers;
  plan.parts = request.parts;
  plan.order = request.order;
  plan::apply_options(request, plan);
  return plan;
}

plan::Plan plan_of(const workload::Job& job, const Case& study_case) {
  const auto& cluster = study_case.cluster;
  auto plan = plan_of(study_case.request);
  if (!cluster.is_mixed()) return plan;
  if (plan.parts.empty()) plan.parts = plan::placed_stages(cluster, plan);
  if (plan.layers.empty() && !plan::first_problem(cluster, job, plan)) {
    step::Evaluator(cluster, job, study_case.software).split_layers(plan);
  }
  return plan;
}

namespace {

// An explicit plan that breaks a rule is bad input, told with the nearest plan that does not.
void require_legal(const workload::Job& job, const Case& c, const plan::Plan& plan) {
  const auto problem = plan::first_problem(c.cluster, job, c.software, plan);
  if (!problem) return;
  base::Diagnostic diagnostic;
  diagnostic.position = c.request.position.value_or(base::Position{});
  diagnostic.message = "illegal plan for " + c.cluster.label + ": " +
                       (*problem == plan::Problem::kMemory
                            ? misfit_text(job, c, plan)
                            : plan::explain(*problem, c.cluster, job, c.software, plan));
  if (const auto nearest = plan::nearest_legal(c.cluster, job, c.software, plan)) {
    diagnostic.hint = "nearest legal plan: " + plan::to_text(*nearest);
  }
  throw base::InputError({diagnostic});
}

Search plan_or_search(const Study& study, const Case& c, const std::optional<plan::Plan>& kept,
                      const base::ThreadTeam& team) {
  if (!kept && !c.request.is_complete()) return one_best_plan(study, c, team);
  Search search;
  search.best = kept ? *kept : plan_of(study.job, c);
  search.count.considered = search.count.legal = search.replayed = 1;
  return search;
}

}  // namespace

CaseResult run_case(const Study& study, const Case& c, const base::ThreadTeam& team,
                    const std::optional<plan::Plan>& kept) {
  CaseResult result;
  result.search = plan_or_search(study, c, kept, team);
  if (!result.search.best) {
    result.reason = why_nothing(study.job, c, result.search.count);
    return result;
  }
  if (c.power_limit) {
    const auto again = [&](const Case& capped) {
      return plan_or_search(study, capped, kept, team);
    };
    hold_limit(study.job, c, again, result);
    if (!result.search.best) return result;
  }
  result.outcome = evaluate(study.job, as_run(c, result), *result.search.best);
  return result;
}

Evidence evidence_of(const Case& study_case, const plan::Plan& plan) {
  const auto& software = study_case.software;
  const auto holds = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (study_case.cluster.is_mixed()) return {false, "mixed chips"};
  if (!holds(software.fitted_chips, study_case.cluster.chip.id)) {
    return {false, "chip"};
  }
  if (!holds(software.fitted_zero, plan.zero)) return {false, fmt::format("ZeRO-{}", plan.zero)};
  if (!plan::ships(software, plan)) return {false, "schedule"};
  return {true, ""};
}

namespace {

// Memory, ledgers and devices part by part, and what they make together.
void add_parts(const workload::Job& job, const Case& study_case, Outcome& outcome) {
  const auto& cluster = study_case.cluster;
  const auto& plan = outcome.plan;
  const auto ledgers = step::Evaluator(cluster, job, study_case.software).simulate_parts(plan);
  for (int p = 0; p < cluster.parts(); ++p) {
    const auto& of = cluster.part(p);
    PartOutcome part;
    part.stages = plan.stages_in(p);
    part.devices_used = part.stages * plan.devices_of_stage();
    part.devices_idle = of.devices() - part.devices_used;
    part.ledger = ledgers[static_cast<std::size_t>(p)];
    part.peak = of.device().peaks.matrix[chips::index_of(job.precision)];
    const double packages = of.chip.devices();
    outcome.packages_used += static_cast<double>(part.devices_used) / packages;
    outcome.packages_idle += static_cast<double>(part.devices_idle) / packages;
    outcome.dies_used += of.chip.dies * (static_cast<double>(part.devices_used) / packages);
    outcome.dies_idle += of.chip.dies * (static_cast<double>(part.devices_idle) / packages);
    outcome.devices_idle += part.devices_idle;
    outcome.parts.push_back(part);
  }
  const auto over = [&](const plan::Memory& memory) {
    return memory.total() - cluster.part(memory.part).device().memory_usable;
  };
  for (const auto& memory : plan::memory_of_stages(job, study_case.software, plan)) {
    auto& part = outcome.parts[static_cast<std::size_t>(memory.part)];
    const bool is_first = part.memory.total().si() <= 0;
    if (is_first || over(memory) > over(part.memory)) part.memory = memory;
    const auto shape = plan.shape(1);
    for (int c = 0; c < shape.virtual_stages; ++c) {
      const auto chunk = plan::chunk_of(plan, job.model, shape.virtual_stage(memory.stage, c));
      part.layers += chunk.layers() - chunk.prediction_layers;
    }
  }
  outcome.memory = plan::fullest_stage(cluster, job, study_case.software, plan);
  outcome.ledger = step::whole_of(ledgers, plan);
}

void add_population(const workload::Job& job, const Case& study_case, Outcome& outcome) {
  if (!study_case.population) return;
  const auto& cluster = study_case.cluster;
  outcome.populated = populated::populate(job, cluster, study_case.software, outcome.plan,
                                          *study_case.population, 1);
  outcome.ledger = populated::on_unlike_devices(*outcome.populated, cluster, outcome.ledger);
  outcome.parts.front().ledger = outcome.ledger;
  outcome.parts.front().peak *= outcome.populated->population.mean_compute();
}

void add_run(const workload::Job& job, const Case& study_case, Outcome& outcome) {
  const auto& cluster = study_case.cluster;
  std::vector<campaign::PartInUse> in_use;
  for (int p = 0; p < cluster.parts(); ++p) {
    in_use.push_back({&cluster.part(p), outcome.parts[static_cast<std::size_t>(p)].devices_used});
  }
  outcome.goodput = goodput_of(in_use, job, study_case, outcome);
  std::vector<site::Bill> bills;
  for (std::size_t p = 0; p < in_use.size(); ++p) {
    bills.push_back(site::account(*in_use[p].cluster, in_use[p].devices, outcome.parts[p].ledger,
                                  outcome.goodput, job, study_case.site));
  }
  outcome.bill = site::sum_of(bills);
}

}  // namespace

Outcome evaluate(const workload::Job& job, const Case& study_case, const plan::Plan& plan) {
  Outcome outcome;
  outcome.plan = plan;
  outcome.evidence = evidence_of(study_case, plan);
  add_parts(job, study_case, outcome);
  add_population(job, study_case, outcome);
  outcome.devices_used = plan.devices();
  add_run(job, study_case, outcome);
  outcome.tokens_per_second = job.tokens_per_step() / outcome.ledger.step.si();
  const auto per_token = workload::model_flops_per_token(
      job, study_case.software.expert_capacity, workload::FlopConvention::kCausalAttention);
  const auto rate = per_token * job.tokens_per_step() / outcome.ledger.step;
  outcome.achieved = rate * (1.0 / static_cast<double>(outcome.devices_used));
  base::WorkRate peak;
  for (const auto& part : outcome.parts) {
    peak += part.peak * static_cast<double>(part.devices_used);
  }
  outcome.mfu = rate / peak;
  return outcome;
}

void require_legal_plans(const Study& study) {
  for (const auto& c : study.cases) {
    if (c.request.is_complete()) require_legal(study.job, c, plan_of(study.job, c));
  }
}

std::vector<CaseResult> run(const Study& study, const base::ThreadTeam& team) {
  require_legal_plans(study);
  std::vector<CaseResult> results;
  results.reserve(study.cases.size());
  base::Progress progress("clusters searched", study.cases.size(), true);
  for (const auto& study_case : study.cases) {
    results.push_back(run_case(study, study_case, team));
    progress.advance(1);
  }
  return results;
}

}  // namespace weft::study
