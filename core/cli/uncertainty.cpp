#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "network_options.h"
#include "output.h"
#include "report_page.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/uncertainty.h"

namespace weft::cli {

namespace {

struct UncertaintyOptions {
  std::filesystem::path file;
  std::vector<std::filesystem::path> configs;
  std::vector<std::string> figures;  // the first is looked into; empty: the usual ones
  std::string plans = "kept";
  std::string design = "sobol";
  std::string json;
  std::string report;  // a page
  int threads = 0;
  bool indices = false;
  bool no_model_error = false;
  uncertainty::Options draws;
};

// Of a study, where nobody says which.
const std::vector<std::string>& usual_figures() {
  static const std::vector<std::string> kFigures = {
      "step_time", "tokens_per_second", "mfu",  "mean_power", "energy_per_token",
      "ettr",      "mean_time_between", "wall", "own_cost",   "own_per_million_tokens"};
  return kFigures;
}

bool is_kind_study(const base::Document& document) { return ask::kind_of(document) == "study"; }

ask::Question question_of_options(const UncertaintyOptions& options, const base::ThreadTeam& team) {
  const auto catalog = make_catalog(options.configs);
  const auto document = catalog.load_file(options.file, "");
  ask::Settings settings;
  settings.plans = options.plans == "kept" ? ask::Plans::kKept : ask::Plans::kSearched;
  settings.figures = options.figures;
  if (settings.figures.empty() && is_kind_study(document)) settings.figures = usual_figures();
  return {document, catalog, std::move(settings), team};
}

// Every figure there is, for a message.
std::vector<std::string> figure_names(UncertaintyOptions options, const base::ThreadTeam& team) {
  const auto catalog = make_catalog(options.configs);
  const ask::Question all(catalog.load_file(options.file, ""), catalog, {}, team);
  std::vector<std::string> names;
  for (const auto& column : all.columns()) names.push_back(column.name);
  return names;
}

int unknown_figure(const UncertaintyOptions& options, const base::ThreadTeam& team) {
  const auto names = figure_names(options, team);
  for (const auto& figure : options.figures) {
    if (std::find(names.begin(), names.end(), figure) != names.end()) continue;
    const auto near = base::nearest(figure, names);
    std::cerr << fmt::format("--figure: there is no '{}'; {}\n", figure,
                             near.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                          : "did you mean '" + near + "'?");
  }
  return kBadInput;
}

bool has_any_figure(const uncertainty::Answer& answer) {
  for (const auto& row : answer.draws.base) {
    for (const double value : row.values) {
      if (std::isfinite(value)) return true;
    }
  }
  return false;
}

int uncertainty_command(const UncertaintyOptions& options) {
  const base::ThreadTeam team(options.threads);
  std::optional<ask::Question> question;
  try {
    question.emplace(question_of_options(options, team));
  } catch (const std::invalid_argument&) {
    if (options.figures.empty()) throw;
    return unknown_figure(options, team);
  }
  auto draws = options.draws;
  draws.model_error = !options.no_model_error;
  draws.progress = true;
  draws.design = options.design == "sobol" ? uncertainty::Design::kSobol
                                           : uncertainty::Design::kLatinHypercube;
  const auto answer = uncertainty::answer(*question, draws, 0, options.indices, team);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (!options.report.empty()) {
    write_page(options.report, pages::uncertainty_page(answer), options.file,
               report::to_json(answer));
  }
  if (options.json != "-") std::cout << report::to_terminal(answer, colour()) << std::flush;
  return has_any_figure(answer) ? kAnswer : kNothing;
}

constexpr const char* kFooter =
    "Draws every uncertain number that the document and what it names have ({low:, mode:, high:}\n"
    "and x ± y), the same for all rows, and weft's own error on published runs of the same kind;\n"
    "tells the mode, the median and 90 % of the draws of each figure, and which inputs move the\n"
    "first one: each alone, and with --indices by its share of the variance, which takes as many\n"
    "points again for each input that matters.\n"
    "  weft uncertainty study.yaml\n"
    "  weft uncertainty study.yaml --figure energy_per_token --figure wall --indices\n"
    "  weft uncertainty compare.yaml --figure ratio --samples 64";

void add_draw_options(CLI::App& command, UncertaintyOptions& options) {
  command
      .add_option("--figure", options.figures,
                  "a figure by name, such as step_time (may be repeated; the first one is looked "
                  "into)")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command.add_option("--samples", options.draws.samples, "draws; best 8 times a power of two")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command.add_option("--design", options.design, "points that fill the range evenly")
      ->check(CLI::IsMember({"sobol", "latin_hypercube"}))
      ->capture_default_str();
  command.add_option("--seed", options.draws.seed, "another one, other draws")
      ->capture_default_str();
  command.add_flag("--indices", options.indices, "Sobol indices of the first figure");
  command
      .add_option("--plans", options.plans,
                  "kept: those that are best at the modes; searched: the best of each draw")
      ->check(CLI::IsMember({"kept", "searched"}))
      ->capture_default_str();
  command.add_flag("--no-model-error", options.no_model_error,
                   "inputs alone, without weft's own error");
}

}  // namespace

Command add_uncertainty(CLI::App& app) {
  auto options = std::make_shared<UncertaintyOptions>();
  auto* command = app.add_subcommand(
      "uncertainty", "how sure an answer is: all uncertain inputs drawn, and what matters");
  command->footer(kFooter);
  add_draw_options(*command, *options);
  add_json_option(*command, options->json, "also write the whole answer here; - prints only it");
  add_report_option(*command, options->report);
  command->add_option("--threads", options->threads, "threads to draw with (default: all cores)")
      ->check(CLI::Range(1, 4096));
  add_configs_option(*command, options->configs);
  std::vector<std::string> kinds = ask::kinds();
  command
      ->add_option("FILE", options->file,
                   fmt::format("a YAML file of kind {}", fmt::join(kinds, ", ")))
      ->required();
  return [options] { return uncertainty_command(*options); };
}

}  // namespace weft::cli
