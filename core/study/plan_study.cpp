#include "weft/study/plan_study.h"

#include <algorithm>

namespace weft::study {

namespace {

PlanAnswer answer_of(const Study& study, const Case& study_case, SearchOptions options,
                     const base::ThreadTeam& team) {
  PlanAnswer answer;
  options.site = &study_case.site;
  if (study_case.cluster.is_mixed() && options.objective != Objective::kSpeed) {
    answer.reason = "plans for mixed clusters are searched for speed alone";
    return answer;
  }
  if (study_case.power_limit) {
    answer.reason = "a power limit is held by weft run, for one plan; give a power_cap here";
    return answer;
  }
  const auto request = searched(study, study_case);
  answer.search =
      best_plans(study_case.cluster, study.job, study_case.software, request, options, team);
  if (answer.search.found.empty()) {
    answer.reason = why_nothing(study.job, study_case, answer.search.count);
    return answer;
  }
  answer.top.resize(answer.search.found.size());
  team.for_each(answer.top.size(), [&](std::size_t i, int) {
    answer.top[i] = evaluate(study.job, study_case, answer.search.found[i].plan);
  });
  answer.families.resize(answer.search.families.size());
  team.for_each(answer.families.size(), [&](std::size_t i, int) {
    answer.families[i] = step::Evaluator(study_case.cluster, study.job, study_case.software)
                             .simulate(answer.search.families[i].best.plan);
  });
  return answer;
}

}  // namespace

Search one_best_plan(const Study& study, const Case& study_case, const base::ThreadTeam& team) {
  SearchOptions options;
  options.objective = study.objective.value_or(Objective::kSpeed);
  options.site = &study_case.site;
  if (options.objective == Objective::kPareto) {
    throw base::InputError({{study.objective_position, 1,
                             "a front is many plans, and one is needed here: speed or energy is "
                             "expected",
                             "weft plan shows the front"}});
  }
  return best_plans(study_case.cluster, study.job, study_case.software, study_case.request, options,
                    team);
}

plan::Request searched(const Study& study, const Case& study_case) {
  auto request = study_case.request;
  request.axes = study.search.applied_to(plan::Axes::wide(study_case.software));
  return request;
}

std::vector<PlanAnswer> search_plans(const Study& study, const SearchOptions& options,
                                     const base::ThreadTeam& team) {
  require_legal_plans(study);
  std::vector<PlanAnswer> answers;
  base::Progress progress("clusters searched", study.cases.size(), true);
  for (const auto& study_case : study.cases) {
    answers.push_back(answer_of(study, study_case, options, team));
    progress.advance(1);
  }
  return answers;
}

std::vector<PartChange> changes(const step::Ledger& from, const step::Ledger& to) {
  std::vector<PartChange> all;
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    const auto part = static_cast<step::Part>(p);
    all.push_back({part, to.part(part) - from.part(part)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const PartChange& a, const PartChange& b) { return a.longer > b.longer; });
  return all;
}

}  // namespace weft::study
