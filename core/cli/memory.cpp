#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "output.h"
#include "study_options.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/report/memory_points.h"
#include "weft/report/memory_study.h"
#include "weft/study/memory_study.h"
#include "weft/validation/validate.h"

namespace weft::cli {

namespace {

struct MemoryOptions {
  StudyOptions study;
  std::filesystem::path points;
  std::string timeline;
  std::size_t worst = 12;
};

int memory_of_points(const MemoryOptions& options) {
  const auto catalog = make_catalog(options.study.configs);
  const auto rules = validation::load_rules(catalog);
  const auto points = validation::read_memory_points(options.points);
  const validation::Documents documents(catalog);
  const base::ThreadTeam team(options.study.threads);
  const auto answer = validation::evaluate(points, rules, documents, team);
  if (!options.study.json.empty()) write_answer(options.study.json, report::to_json(answer));
  if (options.study.json != "-") {
    std::cout << report::to_terminal(answer, options.worst, colour());
  }
  return kAnswer;
}

int memory_of_study(const MemoryOptions& options) {
  const auto catalog = make_catalog(options.study.configs);
  const auto study = load_study(options.study.file, catalog).study;
  const base::ThreadTeam team(options.study.threads);
  const auto cases = study::memory_of(study, team);
  if (!options.timeline.empty()) {
    const bool is_trace = options.timeline.ends_with(".json");
    write_answer(options.timeline, is_trace ? report::timeline_trace(study, cases)
                                            : report::timeline_csv(study, cases));
  }
  if (!options.study.json.empty()) write_answer(options.study.json, report::to_json(study, cases));
  if (options.study.json != "-" && options.timeline != "-") {
    std::cout << report::to_terminal(study, cases, colour()) << std::flush;
  }
  const bool any =
      std::any_of(cases.begin(), cases.end(), [](const auto& one) { return one.reason.empty(); });
  return any ? kAnswer : kNothing;
}

std::string named_file(const std::string& file) {
  if (file == "-" || file.ends_with(".csv") || file.ends_with(".json")) return {};
  return fmt::format("'{}' ends in neither .csv nor .json, and is not -", file);
}

}  // namespace

Command add_memory(CLI::App& app) {
  auto options = std::make_shared<MemoryOptions>();
  auto* command = app.add_subcommand(
      "memory", "memory of each stage of a plan; or published memory against the model");
  command->footer(
      "A study: its plan, or the best one, stage by stage and tensor by tensor; where it does not\n"
      "fit, what would.\n"
      "Tables: figures with a kind (memory_GiB, kind), logged ranks (rank_details), trials that "
      "ran\n"
      "or ran out of memory (status, act_ckpt), and published runs with a metric of memory. "
      "Blanks\n"
      "are filled by configs/validation/rules.yaml.");
  auto* study = add_study_options(*command, options->study);
  auto* points = command->add_option("--points", options->points, "a table (CSV) instead")
                     ->type_name("FILE")
                     ->excludes(study);
  command
      ->add_option(
          "--timeline", options->timeline,
          "also write what stages hold from operation to operation: FILE.csv, or FILE.json "
          "for Perfetto; - prints only the table")
      ->type_name("FILE")
      ->needs(study)
      ->check(named_file);
  command->add_option("--worst", options->worst, "how many of the points farthest off to list")
      ->needs(points);
  command->callback([options] {
    if (options->study.file.empty() && options->points.empty()) {
      throw CLI::RequiredError("STUDY, or --points,");
    }
  });
  return [options] {
    return options->study.file.empty() ? memory_of_points(*options) : memory_of_study(*options);
  };
}

}  // namespace weft::cli
