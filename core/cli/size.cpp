#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "output.h"
#include "questions.h"
#include "report_page.h"
#include "weft/ask/found.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/ranges.h"
#include "weft/report/size.h"

namespace weft::cli {

namespace {

// Figures that have ranges beside the answer.
const std::vector<std::string> kSizeRanges = {"wall",       "mfu",    "ettr",    "mean_power",
                                              "peak_power", "energy", "capital", "run_cost"};

uncertainty::Draws drawn(const size::Answer& answer, const base::Document& document,
                         const base::Catalog& catalog, int draws, const base::ThreadTeam& team) {
  if (draws == 0 || !answer.any_found()) return {};
  ask::Settings settings;
  settings.plans = ask::Plans::kKept;
  settings.figures = kSizeRanges;
  const auto question =
      ask::question_of(std::make_shared<const size::Answer>(answer), document, catalog, settings);
  uncertainty::Options wanted;
  wanted.samples = static_cast<std::size_t>(draws);
  wanted.progress = true;
  return uncertainty::draw(question, wanted, team);
}

}  // namespace

int size_command(const StudyOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const base::ThreadTeam team(options.threads);
  base::Reading reading;
  const auto document = catalog.load_file(options.file, "size");
  const auto answer = size::answer(document, catalog, reading, team);
  const auto draws = drawn(answer, document, catalog, options.draws, team);
  if (!options.json.empty()) {
    write_answer(options.json, report::with_ranges(report::to_json(answer), draws));
  }
  if (!options.report.empty()) {
    write_page(options.report, pages::size_page(answer, draws, details::sources_of(catalog)),
               options.file, report::with_ranges(report::to_json(answer), draws));
  }
  if (options.json != "-") {
    const auto ranges = report::ranges_text(draws, "sizes, plans and spares", colour());
    std::cout << report::to_terminal(answer, colour(), ranges) << std::flush;
  }
  return kAnswer;  // that nothing is enough is an answer
}

Command add_size(CLI::App& app) {
  auto options = std::make_shared<StudyOptions>();
  auto* command =
      app.add_subcommand("size", "how many of which machines: the smallest, cheapest, coolest");
  command->footer(
      "A question of size names a job, targets and clusters on offer:\n"
      "  kind: size\n"
      "  job: {model: deepseek_v3, sequence: 4096, global_batch: 15360 sequences, tokens: 14.8 T}\n"
      "  targets: {time: 60 d, power: \"< 40 MW\", budget: \"< 2 GCNY\", chips: 20000, racks: "
      "400}\n"
      "  offer: [cloudmatrix384, {use: gb200_nvl72, facility: us_hyperscale}, dgx_h100]\n"
      "Targets: power is the mean while training, {most: 40 MW, of: peak} its peak; a budget is\n"
      "what is paid once, {most: 50 MUSD, of: run | rent} what the run costs. An offer is an "
      "entry\n"
      "of `clusters:` without its size; it may say oversubscription: [1, 2, 4] (each is tried) "
      "and\n"
      "most: 64 (of the units it is counted in). plan, search, campaign and cost are those of a\n"
      "study. `find` asks for smallest, cheapest, coolest (all three where it is left out), for\n"
      "fastest (within targets other than time), or, of clusters whose size is given, for tokens\n"
      "(the most in the time) or model (the largest of models: [...], with tokens_per_parameter).\n"
      "spares: 5 % (else by failures and repairs), checkpoint_pause: 2 %, sizes: every.\n");
  add_draws_option(*command, *options);
  add_study_options(*command, *options)->required()->description("a YAML file of kind size");
  return [options] { return size_command(*options); };
}

}  // namespace weft::cli
