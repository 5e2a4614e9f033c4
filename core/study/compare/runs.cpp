#include "runs.h"

#include <algorithm>
#include <utility>

#include "weft/compare/critical_batch.h"
#include "weft/study/per.h"

namespace weft::compare {

namespace {

// Packages, dies and devices, used and idle.
void add_counts(const study::Outcome& outcome, Figures& figures) {
  figures.devices = static_cast<double>(outcome.devices_used + outcome.devices_idle);
  figures.packages = outcome.packages_used + outcome.packages_idle;
  figures.dies = outcome.dies_used + outcome.dies_idle;
  figures.devices_idle = static_cast<double>(outcome.devices_idle);
}

void add_money(const Question& question, const Run& run, const study::Outcome& outcome,
               Figures& figures) {
  const auto per = study::per_of(run.job, run.study_case, outcome, question.currency);
  figures.wafers = per.wafers;
  if (per.currency != question.currency) return;  // no rate of exchange
  figures.capital = per.capital;
  if (per.own_million) figures.own_million = *per.own_million * figures.more_tokens;
}

void add_batch(const Question& question, const Run& run, Figures& figures) {
  const auto& plan = run.result.outcome->plan;
  figures.batch_tokens = run.job.tokens_per_step();
  figures.more_tokens = run.job.tokens / question.job().tokens;
  figures.data_parallel = plan.data;
  figures.most_replicas = static_cast<double>(run.job.global_batch);
  if (question.critical) {
    figures.over_least = tokens_over_least(figures.batch_tokens, question.critical->tokens);
  }
}

Figures figures_of(const Question& question, const Run& run) {
  const auto& outcome = *run.result.outcome;
  const auto& cluster = run.study_case.cluster;
  Figures figures;
  add_counts(outcome, figures);
  add_batch(question, run, figures);
  figures.peak =
      cluster.device().peaks.matrix[chips::index_of(run.job.precision)] * figures.devices;
  figures.tokens_per_second = outcome.tokens_per_second;
  figures.wall = outcome.goodput.wall;
  figures.rate = question.job().tokens / figures.wall.si();
  figures.mfu = outcome.mfu;
  figures.step = outcome.ledger.step;
  figures.goodput = figures.step * run.job.steps() / figures.wall;
  figures.power = outcome.bill.mean.total();
  figures.energy_per_token = outcome.bill.energy / question.job().tokens;
  add_money(question, run, outcome, figures);
  const auto free = with_free_links(run.job, run.study_case, outcome,
                                    question.builds[run.variant.build].scale_up_tiers);
  figures.free_links = free.all;
  figures.free_scale_out = free.scale_out;
  return figures;
}

}  // namespace

study::Study read_variant(const Question& question, const Variant& variant,
                          const base::Catalog& catalog, base::Reading& reading) {
  auto study = study::read_study(study_of(question, variant), catalog, reading);
  reading.throw_if_any();
  return study;
}

Run run_of(const Question& question, const Variant& variant, const study::Study& study,
           study::CaseResult result) {
  Run run;
  run.variant = variant;
  run.job = study.job;
  run.study_case = study::as_run(study.cases.front(), result);
  run.result = std::move(result);
  if (!run.result.outcome) {
    run.reason = run.result.reason;
  } else if (!run.result.outcome->goodput.makes_progress) {
    run.reason = "it fails more often than it gets on: no progress";
  }
  if (!run.is_known()) return run;
  run.figures = figures_of(question, run);
  run.causes = causes_of(run.job, question.job(), run.study_case, *run.result.outcome,
                         question.builds[variant.build].scale_up_tiers);
  return run;
}

Run run_again(const Question& question, const Run& previous, const base::Catalog& catalog,
              base::Reading& reading) {
  const auto study = read_variant(question, previous.variant, catalog, reading);
  auto result = previous.result;
  if (result.outcome) {
    const auto plan = result.outcome->plan;
    result.outcome = study::evaluate(study.job, study::as_run(study.cases.front(), result), plan);
  }
  return run_of(question, previous.variant, study, std::move(result));
}

}  // namespace weft::compare
