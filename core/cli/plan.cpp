#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "output.h"
#include "study_options.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/report/plan.h"
#include "weft/study/plan_study.h"

namespace weft::cli {

namespace {

struct PlanOptions {
  StudyOptions study;
  std::string objective;
  int top = 3;
  bool explain = false;
};

const std::map<std::string, study::Objective>& objectives() {
  static const std::map<std::string, study::Objective> kAll = {
      {"speed", study::Objective::kSpeed},
      {"energy", study::Objective::kEnergy},
      {"pareto", study::Objective::kPareto}};
  return kAll;
}

int search_plans(const PlanOptions& options) {
  const auto catalog = make_catalog(options.study.configs);
  const auto study = load_study(options.study.file, catalog).study;

  study::SearchOptions wanted;
  wanted.objective = options.objective.empty() ? study.objective.value_or(study::Objective::kSpeed)
                                               : objectives().at(options.objective);
  wanted.top = options.top;
  wanted.families = wanted.objective != study::Objective::kPareto;
  const base::ThreadTeam team(options.study.threads);
  const auto answers = study::search_plans(study, wanted, team);
  const auto covered = validation::covered_runs(catalog);
  const report::PlanReport report{study, wanted, answers, covered};
  if (!options.study.json.empty()) write_answer(options.study.json, report::to_json(report));
  if (options.study.json != "-") {
    std::cout << report::to_terminal(report, options.explain, colour()) << std::flush;
  }
  const bool any = std::any_of(answers.begin(), answers.end(),
                               [](const auto& answer) { return !answer.top.empty(); });
  return any ? kAnswer : kNothing;
}

}  // namespace

Command add_plan(CLI::App& app) {
  auto options = std::make_shared<PlanOptions>();
  auto* command = app.add_subcommand("plan", "the best ways to split a job on clusters, and why");
  command->footer(
      "Reads the same study as `weft run`; what its plan leaves open is searched, over more than\n"
      "`run` does: all pipeline schedules that the stack ships, experts split by tensor ranks.\n"
      "A map `search` says what, schedules in place of the stack's:\n"
      "  search: {objective: speed, schedules: [1f1b, zb_v], offload: [optimizer]}\n");
  add_study_options(*command, options->study)->required();
  command
      ->add_option("--objective", options->objective,
                   "speed (default), energy (at the meter), or pareto: all that none beats in both")
      ->check(CLI::IsMember({"speed", "energy", "pareto"}));
  command->add_option("--top", options->top, "how many of the best plans to show")
      ->check(CLI::Range(1, 1000));
  command->add_flag("--explain", options->explain, "count what became of the candidates");
  return [options] { return search_plans(*options); };
}

}  // namespace weft::cli
