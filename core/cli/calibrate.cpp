#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>

#include "weft/base/parallel.h"
#include "weft/calibration/calibrate.h"
#include "weft/cli/commands.h"
#include "weft/report/calibration.h"
#include "weft/report/file.h"
#include "weft/validation/validate.h"

namespace weft::cli {

namespace {

struct CalibrateOptions {
  std::vector<std::filesystem::path> runs;
  std::vector<std::filesystem::path> configs;
  bool write = false;
  int threads = 0;
};

int calibrate(const CalibrateOptions& options) {
  const auto catalog = make_catalog(options.configs);
  auto files = options.runs;
  if (files.empty()) files.push_back(validation::shipped_runs(catalog));
  validation::RunsTable table;
  for (const auto& file : files) {
    auto more = validation::read_runs(file);
    std::move(more.runs.begin(), more.runs.end(), std::back_inserter(table.runs));
  }
  const base::ThreadTeam team(options.threads);
  const auto calibration = calibration::calibrate(table, catalog, team, {});
  std::cout << report::to_terminal(calibration);
  if (!options.write) return kAnswer;
  for (const auto& fit : fit_files(calibration, catalog)) {
    report::write_whole(fit.file.string(), fit.text);
    std::cout << "wrote " << fit.file.string() << "\n";
  }
  return kAnswer;
}

}  // namespace

Command add_calibrate(CLI::App& app) {
  auto options = std::make_shared<CalibrateOptions>();
  auto* command = app.add_subcommand(
      "calibrate", "moves uncertain numbers to where published runs are met best");
  command->footer(
      "Numbers of chips, links and software written as {low, mode, high} are fitted to the rows\n"
      "marked `fit`, with these ranges as priors; rows marked `test` are never looked at.");
  command->add_option("--runs", options->runs, "tables of your own (CSV; default: the shipped one)")
      ->type_name("FILE");
  command->add_flag("--write", options->write,
                    "write NAME.fit.yaml beside each NAME.yaml whose numbers the data moved");
  command->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 4096));
  add_configs_option(*command, options->configs);
  return [options] { return calibrate(*options); };
}

}  // namespace weft::cli
