#include "weft/validation/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <limits>

#include "weft/base/parallel.h"
#include "weft/plan/check.h"
#include "weft/step/evaluator.h"
#include "weft/validation/free_text.h"

namespace weft::validation {

namespace {

RowResult described(const PublishedRun& run, const PreparedRun& prepared) {
  RowResult result;
  result.id = run.id;
  result.source = run.source;
  result.vendor = prepared.vendor;
  result.kind = prepared.kind;
  result.cluster = run.cluster;
  result.software = prepared.stack.empty() ? run.software : prepared.stack;
  result.split = run.split;
  result.metric = run.metric;
  result.unit = run.unit;
  result.is_memory = prepared.metric && prepared.metric->measure == Measure::kMemory;
  result.is_time = prepared.metric && is_time(prepared.metric->measure);
  result.published = run.value.value_or(std::numeric_limits<double>::quiet_NaN());
  result.reason = prepared.reason;
  result.filled = prepared.filled;
  result.unplaced = prepared.unplaced;
  return result;
}

void compare(const PreparedRun& prepared, RowResult& result) {
  const auto& cluster = prepared.cluster->value;
  const auto& metric = *prepared.metric;
  base::Time step;
  if (metric.measure != Measure::kMemory) {
    step = step::Evaluator(cluster, prepared.job, prepared.software).time(prepared.plan);
  }
  const Predicted run{cluster,           prepared.job,        prepared.plan,
                      prepared.software, prepared.parameters, prepared.batch_share};
  const double predicted = predicted_value(metric, run, step);
  if (!std::isfinite(predicted) || predicted <= 0) {
    result.reason = fmt::format("the model answers {}", predicted);
    return;
  }
  result.predicted = predicted;
  result.relative_error = predicted / result.published - 1.0;
  if (metric.measure != Measure::kMemory) {
    const double log_ratio = std::log(predicted / result.published);
    result.speed_log_error = is_time(metric.measure) ? -log_ratio : log_ratio;
  }
  const auto need = plan::peak_memory(prepared.job, prepared.software, prepared.plan).total();
  result.memory_need = need / cluster.device().memory_usable;
}

std::vector<RowResult> beyond_doubt(const std::vector<RowResult>& rows) {
  std::vector<RowResult> left;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(left),
               [](const auto& row) { return row.doubt.empty(); });
  return left;
}

}  // namespace

std::string doubt_of(const Rules& rules, const std::string& id) {
  for (const auto& doubt : rules.doubts) {
    const bool is_meant = std::any_of(doubt.ids.begin(), doubt.ids.end(),
                                      [&](const auto& name) { return matches(name, id); });
    if (is_meant) return doubt.why;
  }
  return "";
}

double RowResult::error() const {
  const auto error = signed_error();
  return error ? std::abs(*error) : 1.0;
}

RowResult evaluate(const PublishedRun& run, const PreparedRun& prepared) {
  auto result = described(run, prepared);
  if (result.is_skipped()) return result;
  try {
    compare(prepared, result);
  } catch (const std::exception& error) {
    result.reason = fmt::format("cannot be evaluated: {}", error.what());
  }
  return result;
}

Validation validate(const RunsTable& table, const Rules& rules, const Documents& documents,
                    const base::ThreadTeam& team) {
  Validation validation;
  validation.warnings = table.warnings;
  validation.rows.resize(table.runs.size());
  base::Progress progress("published runs", table.runs.size(), true);
  team.for_each(table.runs.size(), [&](std::size_t index, int) {
    const auto& run = table.runs[index];
    validation.rows[index] = evaluate(run, prepare_run(run, rules, documents));
    validation.rows[index].doubt = doubt_of(rules, run.id);
    progress.advance(1);
  });
  validation.summaries = summarise(validation.rows);
  validation.beyond_doubt = summarise(beyond_doubt(validation.rows));
  validation.sets = judge(validation.rows, rules.sets);
  validation.explanations = rules.explanations;
  return validation;
}

std::filesystem::path shipped_runs(const base::Catalog& catalog) {
  return catalog.load("rules", "rules", std::nullopt).file().parent_path() / "runs.csv";
}

Rules load_rules(const base::Catalog& catalog, const base::Reading::Draw& draw) {
  base::Reading reading = draw ? base::Reading(draw) : base::Reading();
  auto rules = read_rules(catalog.load("rules", "rules", std::nullopt), reading);
  reading.throw_if_any();
  return rules;
}

RowDetail detail(const PublishedRun& run, const Rules& rules, const Documents& documents) {
  RowDetail detail;
  detail.prepared = prepare_run(run, rules, documents);
  detail.result = evaluate(run, detail.prepared);
  detail.result.doubt = doubt_of(rules, run.id);
  const auto& p = detail.prepared;
  if (detail.result.is_skipped()) return detail;
  const auto& cluster = p.cluster->value;
  detail.memory = plan::peak_memory(p.job, p.software, p.plan);
  if (const auto problem = plan::first_problem(cluster, p.job, p.plan)) {
    detail.problem = plan::explain(*problem, cluster, p.job, p.software, p.plan);
  } else {
    detail.ledger = step::Evaluator(cluster, p.job, p.software).simulate(p.plan);
  }
  return detail;
}

}  // namespace weft::validation
