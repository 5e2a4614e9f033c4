#include "weft/study/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/plan/check.h"

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
  plan.order = request.order;
  plan::apply_options(request, plan);
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
                       plan::explain(*problem, c.cluster, job, c.software, plan);
  if (const auto nearest = plan::nearest_legal(c.cluster, job, c.software, plan)) {
    diagnostic.hint = "nearest legal plan: " + plan::to_text(*nearest);
  }
  throw base::InputError({diagnostic});
}

CaseResult run_case(const workload::Job& job, const Case& c, const base::ThreadTeam& team) {
  CaseResult result;
  if (c.request.is_complete()) {
    const auto plan = plan_of(c.request);
    result.search.best = plan;
    result.search.count.considered = result.search.count.legal = result.search.replayed = 1;
  } else {
    result.search = best_plan(c.cluster, job, c.software, c.request, team);
  }
  if (result.search.best) {
    result.outcome = evaluate(job, c, *result.search.best);
  } else {
    result.reason = why_nothing(job, c, result.search.count);
  }
  return result;
}

}  // namespace

std::string why_nothing(const workload::Job& job, const Case& c, const plan::SpaceCount& count) {
  if (count.considered == 0) {
    return "no plan to consider: the degrees given exceed the cluster or do not split the batch";
  }
  const auto most = std::max_element(count.refused.begin(), count.refused.end());
  const auto problem = static_cast<plan::Problem>(most - count.refused.begin());
  auto text = fmt::format("none of {} plans is legal; {} refused by rule '{}'", count.considered,
                          *most, plan::name_of(problem));
  if (count.nearest_miss) {
    text += fmt::format(
        "; the smallest, {}, {}", plan::to_text(*count.nearest_miss),
        plan::explain(plan::Problem::kMemory, c.cluster, job, c.software, *count.nearest_miss));
  }
  return text;
}

Evidence evidence_of(const Case& study_case, const plan::Plan& plan) {
  const auto& software = study_case.software;
  const auto holds = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (!holds(software.fitted_chips, study_case.cluster.chip.id)) {
    return {false, "chip"};
  }
  if (!holds(software.fitted_zero, plan.zero)) return {false, fmt::format("ZeRO-{}", plan.zero)};
  if (!plan::ships(software, plan)) return {false, "schedule"};
  return {true, ""};
}

Outcome evaluate(const workload::Job& job, const Case& study_case, const plan::Plan& plan) {
  const auto& cluster = study_case.cluster;
  Outcome outcome;
  outcome.plan = plan;
  outcome.evidence = evidence_of(study_case, plan);
  outcome.memory = plan::peak_memory(job, study_case.software, plan);
  outcome.ledger = step::Evaluator(cluster, job, study_case.software).simulate(plan);
  outcome.devices_used = plan.devices();
  outcome.devices_idle = cluster.devices() - plan.devices();
  outcome.goodput =
      campaign::simulate(cluster, outcome.devices_used, outcome.ledger, job, study_case.policy);
  outcome.bill = site::account(cluster, outcome.devices_used, outcome.ledger, outcome.goodput, job,
                               study_case.site);
  outcome.tokens_per_second = job.tokens_per_step() / outcome.ledger.step.si();
  const auto per_token = workload::model_flops_per_token(
      job.model, static_cast<double>(job.sequence), workload::FlopConvention::kCausalAttention);
  outcome.achieved = per_token * job.tokens_per_step() /
                     (outcome.ledger.step * static_cast<double>(outcome.devices_used));
  outcome.mfu = outcome.achieved / cluster.device().peaks.matrix[chips::index_of(job.precision)];
  return outcome;
}

void require_legal_plans(const Study& study) {
  for (const auto& c : study.cases) {
    if (c.request.is_complete()) require_legal(study.job, c, plan_of(c.request));
  }
}

std::vector<CaseResult> run(const Study& study, const base::ThreadTeam& team) {
  require_legal_plans(study);
  std::vector<CaseResult> results;
  results.reserve(study.cases.size());
  base::Progress progress("clusters searched", study.cases.size(), true);
  for (const auto& study_case : study.cases) {
    results.push_back(run_case(study.job, study_case, team));
    progress.advance(1);
  }
  return results;
}

}  // namespace weft::study
