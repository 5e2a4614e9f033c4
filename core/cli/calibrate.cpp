#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

#include "output.h"
#include "weft/base/parallel.h"
#include "weft/calibration/fit_file.h"
#include "weft/calibration/leave_out.h"
#include "weft/calibration/link_fit.h"
#include "weft/cli/commands.h"
#include "weft/report/calibration.h"
#include "weft/report/file.h"
#include "weft/report/kernel_fit.h"
#include "weft/report/link_fit.h"
#include "weft/validation/validate.h"

namespace weft::cli {

namespace {

struct CalibrateOptions {
  std::vector<std::filesystem::path> runs;
  std::optional<std::string> software;
  std::string leave_out;  // "stacks"
  std::optional<std::string> chip;
  std::vector<std::filesystem::path> kernels;
  std::optional<std::string> link;
  std::optional<std::string> cluster;
  std::vector<std::filesystem::path> points;
  std::vector<std::filesystem::path> configs;
  std::string json;
  std::size_t worst = 12;
  bool write = false;
  int threads = 0;
  bool asks_for_fit = false;  // --json or --worst
};

void write_fit(const calibration::FitFile& fit, bool is_quiet = false) {
  report::write_whole(fit.file.string(), fit.text);
  if (!is_quiet) std::cout << "wrote " << fit.file.string() << "\n";
}

int calibrate_kernels(const CalibrateOptions& options, const base::Catalog& catalog) {
  std::vector<kernels::PointsTable> tables;
  tables.reserve(options.kernels.size());
  for (const auto& file : options.kernels) tables.push_back(kernels::read_points(file));
  const base::ThreadTeam team(options.threads);
  const auto fit = calibration::fit_kernels(tables, catalog, *options.chip, team);
  if (!options.json.empty()) write_answer(options.json, report::to_json(fit));
  const bool is_quiet = options.json == "-";
  if (!is_quiet) std::cout << report::to_terminal(fit, options.worst, colour());
  if (!options.write) return kAnswer;
  write_fit(fit_file(fit, catalog), is_quiet);
  return kAnswer;
}

validation::RunsTable runs_of(const CalibrateOptions& options, const base::Catalog& catalog) {
  auto files = options.runs;
  if (files.empty()) files.push_back(validation::shipped_runs(catalog));
  validation::RunsTable table;
  for (const auto& file : files) {
    auto more = validation::read_runs(file);
    std::move(more.runs.begin(), more.runs.end(), std::back_inserter(table.runs));
  }
  return table;
}

int leave_out(const CalibrateOptions& options, const base::Catalog& catalog) {
  const auto table = runs_of(options, catalog);
  const base::ThreadTeam team(options.threads);
  const auto answer = calibration::leave_out_stacks(table, catalog, team, {});
  std::cout << report::to_terminal(answer, colour());
  if (!options.write) return kAnswer;
  write_fit(unseen_file(answer, catalog));
  return kAnswer;
}

int calibrate_runs(const CalibrateOptions& options, const base::Catalog& catalog) {
  if (!options.leave_out.empty()) return leave_out(options, catalog);
  const auto table = runs_of(options, catalog);
  const base::ThreadTeam team(options.threads);
  const auto calibration = calibration::calibrate(table, catalog, team, {}, options.software);
  std::cout << report::to_terminal(calibration);
  if (!options.write) return kAnswer;
  for (const auto& fit : fit_files(calibration, catalog)) write_fit(fit);
  return kAnswer;
}

int calibrate_link(const CalibrateOptions& options, const base::Catalog& catalog) {
  auto files = options.points;
  if (files.empty()) files.push_back(network::shipped_points(catalog));
  std::vector<network::PointsTable> tables;
  tables.reserve(files.size());
  for (const auto& file : files) tables.push_back(network::read_points(file));
  const auto fit =
      calibration::fit_link(std::move(tables), catalog, *options.link, options.cluster);
  if (!options.json.empty()) write_answer(options.json, report::to_json(fit));
  const bool is_quiet = options.json == "-";
  if (!is_quiet) std::cout << report::to_terminal(fit, options.worst, colour());
  if (options.write) write_fit(fit_file(fit, catalog), is_quiet);
  return kAnswer;
}

int calibrate(const CalibrateOptions& options) {
  const auto catalog = make_catalog(options.configs);
  if (options.asks_for_fit && !options.link && !options.chip) {
    network::refuse("--json and --worst go with --chip or --link");
  }
  if (options.link) return calibrate_link(options, catalog);
  return options.chip ? calibrate_kernels(options, catalog) : calibrate_runs(options, catalog);
}

void add_link_options(CLI::App& command, CalibrateOptions& options) {
  auto* link = command
                   .add_option("--link", options.link,
                               "fit this link to measured collectives that run alone (--points)")
                   ->type_name("NAME");
  command
      .add_option("--points", options.points,
                  "tables of measured collectives (CSV; default: the shipped one)")
      ->type_name("FILE")
      ->needs(link);
  command.add_option("--cluster", options.cluster, "that all --points ran on")
      ->type_name("NAME")
      ->needs(link);
  for (const char* other : {"--runs", "--software", "--leave-out", "--chip", "--kernels"})
    link->excludes(other);
}

void add_kernel_options(CLI::App& command, CalibrateOptions& options) {
  auto* chip = command
                   .add_option("--chip", options.chip,
                               "fit this chip's kernels and power to measured points (--kernels)")
                   ->type_name("NAME");
  auto* kernels = command
                      .add_option("--kernels", options.kernels,
                                  "tables of measured kernels (CSV), as `weft kernels` reads them")
                      ->type_name("FILE");
  chip->needs(kernels);
  kernels->needs(chip);
  for (const char* runs : {"--runs", "--software", "--leave-out"}) chip->excludes(runs);
  command
      .add_option("--json", options.json,
                  "with --chip or --link: also write the fit here; - prints only it")
      ->type_name("FILE")
      ->check([](const std::string& file) {
        return file.empty() ? std::string("a file name, or -, is expected") : std::string();
      });
  command.add_option("--worst", options.worst,
                     "with --chip or --link: how many of the points farthest off to list");
}

}  // namespace

Command add_calibrate(CLI::App& app) {
  auto options = std::make_shared<CalibrateOptions>();
  auto* command =
      app.add_subcommand("calibrate", "fits uncertain numbers to runs, kernels or collectives");
  command->footer(
      "Numbers of chips, links and software written as {low, mode, high} are fitted to the rows\n"
      "marked `fit`, with these ranges as priors; rows marked `test` are never looked at. With\n"
      "--chip, a chip's kernel times and power are fitted to its rows of --kernels that are\n"
      "marked `fit` or not at all (a table without a chip is of this one); what the points do not\n"
      "tell is not written. With --link, a link is fitted to collectives that have the network to\n"
      "themselves: rows marked `fit`, or every third of a curve where none is marked. Its file,\n"
      "NAME.collectives.fit.yaml, counts for fabric, collective and flows, and not in training.");
  command->add_option("--runs", options->runs, "tables of your own (CSV; default: the shipped one)")
      ->type_name("FILE");
  command
      ->add_option("--software", options->software,
                   "move only this stack's numbers, all else as it is now")
      ->type_name("NAME");
  command
      ->add_option("--leave-out", options->leave_out,
                   "stacks: what is said of each stack's runs when the fit does not know it")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"stacks"}));
  add_kernel_options(*command, *options);
  add_link_options(*command, *options);
  command->add_flag("--write", options->write,
                    "write NAME.fit.yaml beside each NAME.yaml whose numbers the data moved; with "
                    "--leave-out, the errors beside the rules");
  command->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 4096));
  add_configs_option(*command, options->configs);
  return [options, command] {
    options->asks_for_fit = command->count("--json") + command->count("--worst") > 0;
    return calibrate(*options);
  };
}

}  // namespace weft::cli
