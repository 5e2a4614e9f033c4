#include <fmt/format.h>

#include "run_parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

RunCases cases_of(const RunAnswer& answer) {
  std::vector<std::string> labels;
  for (const auto& c : answer.study.cases) labels.push_back(c.cluster.label);
  labels = distinct(std::move(labels));
  RunCases cases;
  for (std::size_t i = 0; i < answer.results.size(); ++i) {
    if (!answer.results[i].outcome) continue;
    const auto& c = answer.study.cases[i];
    cases.push_back({labels[i], &c, study::as_run(c, answer.results[i]), &answer.results[i],
                     &answer.sensitivities[i],
                     answer.nearest.empty() ? nullptr : &answer.nearest[i]});
  }
  return cases;
}

void add_without(html::Page& page, const RunAnswer& answer) {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < answer.results.size(); ++i) {
    if (answer.results[i].outcome) continue;
    reasons.push_back(answer.study.cases[i].cluster.label + ": " + answer.results[i].reason);
  }
  if (reasons.empty()) return;
  page.sections.push_back({"infeasible", "What cannot run", "No plan is legal on these clusters.",
                           "text", text(reasons)});
}

std::string title_of(const RunAnswer& answer) {
  const auto& cases = answer.study.cases;
  const auto& model = answer.study.job.model.name;
  if (cases.size() == 1) return model + " on " + cases.front().cluster.label;
  return fmt::format("{} on {} clusters", model, cases.size());
}

}  // namespace

html::Page run_page(const RunAnswer& answer, const Sources& sources) {
  const auto& job = answer.study.job;
  html::Page page;
  page.title = title_of(answer);
  page.subtitle = fmt::format(
      "{} tokens, sequence {}, batch {} sequences, {}. One step replayed operation by operation "
      "(F2); ranges are 90 % where runs were published, else the ends of uncertain inputs.",
      base::to_text(job.tokens), job.sequence, job.global_batch, chips::name_of(job.precision));
  const auto cases = cases_of(answer);
  add_headlines(page, cases);
  add_glance(page, cases);
  add_without(page, answer);
  if (cases.empty()) return page;
  add_step(page, cases);
  add_gaps(page, answer.study, cases);
  add_timelines(page, answer.study, cases);
  add_memory(page, answer.study, cases);
  add_networks(page, cases);
  add_rooflines(page, answer.study, cases);
  add_power(page, answer.study, cases);
  add_goodput(page, answer.study, cases);
  add_cost(page, cases);
  add_tornadoes(page, cases);
  std::vector<NearCase> near;
  for (const auto& c : cases) {
    if (c.nearest != nullptr) near.push_back({c.label, c.nearest, c.outcome().ledger.step.si()});
  }
  add_accuracy(page, near);
  add_sources(page, sources);
  return page;
}

}  // namespace weft::pages
