#include "weft/study/memory_study.h"

#include "weft/plan/check.h"

namespace weft::study {

namespace {

using workload::LayerKind;

workload::Modules recomputed_modules(const plan::Plan& plan) {
  switch (plan.recompute) {
    case plan::Recompute::kSelective:
      return workload::kSelectiveModules;
    case plan::Recompute::kAttention:
      return workload::kAttentionModules;
    case plan::Recompute::kNone:
    case plan::Recompute::kFull:
    case plan::Recompute::kModules:
      break;
  }
  return plan.recomputed_modules();
}

std::vector<LayerTensors> tensors_of(const workload::Job& job, const Case& c,
                                     const plan::Plan& plan, int stage) {
  int dense = 0;
  int moe = 0;
  int heads = 0;
  const auto shape = plan.shape(1);
  for (int k = 0; k < shape.chunks(); ++k) {
    const auto chunk = plan::chunk_of(plan, job.model, shape.virtual_stage(stage, k));
    dense += chunk.dense_layers;
    moe += chunk.moe_layers;
    heads += chunk.head ? 1 + chunk.prediction_layers : 0;
  }
  std::vector<LayerTensors> found;
  const auto add = [&](const char* name, LayerKind kind, int layers) {
    if (layers == 0) return;
    const bool is_layer = kind != LayerKind::kHead;
    found.push_back(
        {name, layers,
         saved_tensors(job, c.software.of_part(plan.part_of(stage)), kind, plan.shard()),
         is_layer ? recomputed_modules(plan) : workload::Modules{}});
  };
  add("dense layer", LayerKind::kDense, dense);
  add("MoE layer", LayerKind::kMoe, moe);
  add("head and loss", LayerKind::kHead, heads);
  return found;
}

void require_rules(const workload::Job& job, const Case& c, const plan::Plan& plan) {
  const auto problem = plan::first_problem(c.cluster, job, plan);
  if (!problem) return;
  base::Diagnostic diagnostic;
  diagnostic.position = c.request.position.value_or(base::Position{});
  diagnostic.message = "illegal plan for " + c.cluster.label + ": " +
                       plan::explain(*problem, c.cluster, job, c.software, plan);
  throw base::InputError({diagnostic});
}

MemoryCase case_of(const Study& study, const Case& c, const base::ThreadTeam& team) {
  const auto& job = study.job;
  MemoryCase answer;
  answer.study_case = &c;
  if (c.request.is_complete()) {
    answer.plan = plan_of(job, c);
    require_rules(job, c, answer.plan);
  } else {
    const auto search = one_best_plan(study, c, team);
    if (search.best) {
      answer.plan = *search.best;
    } else if (search.count.nearest_miss) {
      answer.plan = *search.count.nearest_miss;  // what needs least
    } else {
      answer.reason = why_nothing(job, c, search.count);
      return answer;
    }
  }
  const auto& plan = answer.plan;
  answer.stages = plan::memory_of_stages(job, c.software, plan);
  for (const auto& memory : answer.stages) {
    answer.fits = answer.fits && plan::fits(c.cluster, memory);
  }
  answer.fullest = plan::fullest_stage(c.cluster, job, c.software, plan).stage;
  answer.layers = tensors_of(job, c, plan, answer.fullest);
  if (!answer.fits) {
    answer.misfit = plan::misfit_of(c.cluster, job, c.software, plan);
    answer.remedies = remedies_by_time(job, c, plan);
  }
  return answer;
}

}  // namespace

std::vector<MemoryCase> memory_of(const Study& study, const base::ThreadTeam& team) {
  std::vector<MemoryCase> answers;
  answers.reserve(study.cases.size());
  for (const auto& c : study.cases) answers.push_back(case_of(study, c, team));
  return answers;
}

}  // namespace weft::study
