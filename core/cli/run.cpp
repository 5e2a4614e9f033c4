#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

#include "output.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/report/json.h"
#include "weft/report/terminal.h"
#include "weft/study/run.h"
#include "weft/study/sensitivity.h"
#include "weft/validation/nearest_runs.h"

namespace weft::cli {

namespace {

struct RunOptions {
  std::filesystem::path study;
  std::vector<std::filesystem::path> configs;
  std::string json;
  int threads = 0;
};

int run(const RunOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const auto document = catalog.load_file(options.study, "study");
  base::Reading reading;
  const auto study = study::read_study(document, catalog, reading);
  reading.throw_if_any();

  const base::ThreadTeam team(options.threads);
  const auto results = study::run(study, team);
  const auto sensitivities =
      study::sensitivities(document, catalog, reading.uncertain_inputs(), results, team);
  const auto nearest = validation::nearest_published(study, results, catalog, document.root());
  if (!options.json.empty()) {
    write_answer(options.json, report::to_json(study, results, sensitivities, nearest));
  }
  if (options.json != "-") {
    std::cout << report::to_terminal(study, results, sensitivities, colour(), nearest)
              << std::flush;
  }
  const bool any = std::any_of(results.begin(), results.end(),
                               [](const auto& result) { return result.outcome.has_value(); });
  return any ? kAnswer : kNothing;
}

}  // namespace

Command add_run(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  auto* command = app.add_subcommand(
      "run", "one training job on clusters: time, memory, power, failures, cost");
  command->footer(
      "A study names a job, clusters and a plan (or auto):\n"
      "  kind: study\n"
      "  job: {model: llama3_70b, sequence: 8192, global_batch: 2304 sequences, tokens: 1 T}\n"
      "  clusters: [{use: dgx_h100, hosts: 48}]\n"
      "  plan: auto\n");
  command->add_option("STUDY", options->study, "a YAML file of kind study")->required();
  command->add_option("--json", options->json, "also write the whole answer here; - prints only it")
      ->type_name("FILE")
      ->check([](const std::string& file) {
        return file.empty() ? std::string("a file name, or -, is expected") : std::string();
      });
  command->add_option("--threads", options->threads, "threads to search with (default: all cores)")
      ->check(CLI::Range(1, 4096));
  add_configs_option(*command, options->configs);
  return [options] { return run(*options); };
}

}  // namespace weft::cli
