#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "output.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/report/accuracy.h"
#include "weft/report/validation_text.h"
#include "weft/validation/accuracy.h"
#include "weft/validation/intervals.h"
#include "weft/validation/validate.h"

namespace weft::cli {

namespace {

struct ValidateOptions {
  std::filesystem::path runs;
  std::vector<std::filesystem::path> configs;
  std::string json;
  std::string accuracy;
  std::string row;
  std::size_t worst = 12;
  bool unplaced = false;
  bool markdown = false;
  int threads = 0;
};

[[noreturn]] void no_row(const validation::RunsTable& table, const std::string& id) {
  std::vector<std::string> ids;
  ids.reserve(table.runs.size());
  for (const auto& run : table.runs) ids.push_back(run.id);
  base::Diagnostic diagnostic;
  diagnostic.message = fmt::format("no row has the id '{}'", id);
  const auto near = base::nearest(id, ids);
  if (!near.empty()) diagnostic.hint = fmt::format("did you mean '{}'?", near);
  throw base::InputError({diagnostic});
}

int show_row(const validation::RunsTable& table, const ValidateOptions& options,
             const validation::Rules& rules, const validation::Documents& documents) {
  const auto found = std::find_if(table.runs.begin(), table.runs.end(),
                                  [&](const auto& run) { return run.id == options.row; });
  if (found == table.runs.end()) no_row(table, options.row);
  std::cout << report::to_terminal(*found, validation::detail(*found, rules, documents), colour());
  return kAnswer;
}

int validate(const ValidateOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const auto rules = validation::load_rules(catalog);
  const auto table = validation::read_runs(options.runs.empty() ? validation::shipped_runs(catalog)
                                                                : options.runs);
  const validation::Documents documents(catalog);
  for (const auto& warning : table.warnings) std::cerr << "warning: " << warning << "\n";
  if (!options.row.empty()) return show_row(table, options, rules, documents);
  const base::ThreadTeam team(options.threads);
  auto answer = validation::validate(table, rules, documents, team);
  const auto rows = validation::accuracy_rows(table, answer, rules, documents, team);
  const auto intervals = validation::shipped_intervals(catalog, rules);
  std::vector<validation::HeldShare> coverage;
  if (intervals) {
    validation::add_intervals(rows, *intervals, answer);
    const auto unseen = validation::shipped_accuracy(catalog, validation::kUnseenFile);
    coverage = validation::held_shares(
        rows, unseen.value_or(std::vector<validation::AccuracyRow>()), *intervals);
  }
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer, coverage));
  if (!options.accuracy.empty()) {
    write_answer(options.accuracy, validation::to_csv(rows));
  }
  if (options.markdown) {
    std::cout << report::accuracy_markdown(answer);
  } else if (options.json != "-" && options.accuracy != "-") {
    std::cout << report::to_terminal(answer, coverage, {options.worst, options.unplaced, colour()});
  }
  return kAnswer;
}

}  // namespace

Command add_validate(CLI::App& app) {
  auto options = std::make_shared<ValidateOptions>();
  auto* command = app.add_subcommand(
      "validate", "published training runs against the model, and how far off it is");
  command->footer(
      "Each row of a table of published runs is run as it is described; blanks are filled by\n"
      "configs/validation/rules.yaml, and what was filled is said. A row that cannot be run "
      "counts\n"
      "as an error of 100 %.");
  command
      ->add_option("--runs", options->runs, "a table of your own (CSV; default: the shipped one)")
      ->type_name("FILE");
  const auto is_named = [](const std::string& file) {
    return file.empty() ? std::string("a file name, or -, is expected") : std::string();
  };
  command->add_option("--json", options->json, "also write all rows here; - prints only them")
      ->type_name("FILE")
      ->check(is_named);
  command
      ->add_option("--accuracy", options->accuracy,
                   "also write the table of errors that ships (CSV); - prints only it")
      ->type_name("FILE")
      ->check(is_named);
  command->add_flag("--markdown", options->markdown,
                    "print only the table of the README: errors of the rows `test`");
  command->add_option("--row", options->row, "everything about one row")->type_name("ID");
  command->add_option("--worst", options->worst, "how many of the rows farthest off to list");
  command->add_flag("--unplaced", options->unplaced, "list the text that no reader could place");
  command->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 4096));
  add_configs_option(*command, options->configs);
  return [options] { return validate(*options); };
}

}  // namespace weft::cli
