#include <nlohmann/json.hpp>

#include "plan_value.h"
#include "weft/report/plan.h"

namespace weft::report {

namespace {

using PlanJson = nlohmann::ordered_json;

PlanJson count_json(const study::Search& search) {
  PlanJson json = {{"candidates", search.count.considered},
                   {"refused_by_state", search.count.by_state},
                   {"timed_at_f1", search.bounded},
                   {"orders_walked", search.tightened},
                   {"replayed_at_f2", search.replayed}};
  json["refused"] = PlanJson::object();
  for (int p = 0; p < plan::kProblemCount; ++p) {
    const auto refused = search.count.refused[static_cast<std::size_t>(p)];
    if (refused > 0) json["refused"][plan::name_of(static_cast<plan::Problem>(p))] = refused;
  }
  return json;
}

PlanJson plan_answer_json(const PlanReport& report, std::size_t at) {
  const auto& study_case = report.study.cases[at];
  const auto& answer = report.answers[at];
  PlanJson json = {{"cluster", study_case.cluster.label},
                   {"chip", study_case.cluster.chip.id},
                   {"software", study_case.software.id}};
  if (answer.top.empty()) json["reason"] = answer.reason;
  json["plans"] = PlanJson::array();
  for (const auto& outcome : answer.top) {
    const auto region = validation::coverage(report.covered, study_case.cluster.chip.id,
                                             study_case.software.id, outcome.plan);
    json["plans"].push_back(
        {{"plan", plan_json(outcome.plan)},
         {"step_s", outcome.ledger.step.si()},
         {"fidelity", "F2"},
         {"tokens_per_second", outcome.tokens_per_second},
         {"mfu", outcome.mfu},
         {"device_energy_J", outcome.ledger.device_energy().si()},
         {"meter_energy_J", (outcome.bill.mean.total() * outcome.ledger.step).si()},
         {"devices_used", outcome.devices_used},
         {"devices_idle", outcome.devices_idle},
         {"memory_bytes", outcome.memory.total().si()},
         {"parts_s", parts_json(outcome.ledger)},
         {"ships", plan::ships(study_case.software, outcome.plan)},
         {"published_runs", region.runs},
         {"outside_published", region.outside}});
  }
  json["families"] = PlanJson::array();
  for (std::size_t i = 0; i < answer.search.families.size(); ++i) {
    const auto& family = answer.search.families[i];
    json["families"].push_back({{"axis", study::name_of(family.axis)},
                                {"value", study::family_text(family.axis, family.best.plan)},
                                {"plan", plan_json(family.best.plan)},
                                {"step_s", family.best.step.si()},
                                {"parts_s", parts_json(answer.families[i])}});
  }
  json["search"] = count_json(answer.search);
  return json;
}

}  // namespace

std::string to_json(const PlanReport& report) {
  PlanJson json = {{"schema", kPlanSchema},
                   {"study", report.study.file},
                   {"objective", study::name_of(report.options.objective)},
                   {"cases", PlanJson::array()}};
  for (std::size_t i = 0; i < report.answers.size(); ++i) {
    json["cases"].push_back(plan_answer_json(report, i));
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
