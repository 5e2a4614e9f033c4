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
#include "weft/report/compare.h"
#include "weft/report/ranges.h"

namespace weft::cli {

namespace {

// Figures that have ranges beside the answer.
const std::vector<std::string> kCompareRanges = {"ratio", "devices_for_one", "packages_for_one",
                                                 "mfu", "free_links_gain"};

uncertainty::Draws drawn(const compare::Answer& answer, const base::Document& document,
                         const base::Catalog& catalog, int draws, const base::ThreadTeam& team) {
  if (draws == 0 || !answer.any()) return {};
  ask::Settings settings;
  settings.plans = ask::Plans::kKept;
  settings.figures = kCompareRanges;
  const auto question = ask::question_of(answer, document, catalog, settings);
  uncertainty::Options wanted;
  wanted.samples = static_cast<std::size_t>(draws);
  wanted.progress = true;
  return uncertainty::draw(question, wanted, team);
}

}  // namespace

int compare_command(const StudyOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const base::ThreadTeam team(options.threads);
  base::Reading reading;
  const auto document = catalog.load_file(options.file, "compare");
  const auto answer = compare::answer(document, catalog, reading, team);
  const auto draws = drawn(answer, document, catalog, options.draws, team);
  if (!options.json.empty()) {
    write_answer(options.json, report::with_ranges(report::to_json(answer), draws));
  }
  if (!options.report.empty()) {
    write_page(options.report, pages::compare_page(answer, draws, details::sources_of(catalog)),
               options.file, report::with_ranges(report::to_json(answer), draws));
  }
  if (options.json != "-") {
    const auto ranges = report::ranges_text(draws, "sizes and plans", colour());
    std::cout << report::to_terminal(answer, colour(), ranges) << std::flush;
  }
  return answer.any() ? kAnswer : kNothing;
}

Command add_compare(CLI::App& app) {
  auto options = std::make_shared<StudyOptions>();
  auto* command = app.add_subcommand(
      "compare", "builds on equal footing: as many devices, watts, money or days");
  command->footer(
      "Reads a document of kind compare:\n"
      "  kind: compare\n"
      "  job: {model: llama3_70b, sequence: 8192, global_batch: 2304 sequences, tokens: 1 T}\n"
      "  builds: [{use: cloudmatrix384}, {use: dgx_h100, hosts: 48}]   # the first is the base\n"
      "  footing: [devices, packages, dies, peak, power, money, time, wafers]   # or some\n"
      "  precision: same        # or best: each build in its fastest format\n"
      "  batch: same            # or critical: larger ones where they shorten the run, with\n"
      "  critical_batch: {value: 16 M tokens, source: …}\n"
      "  sizes: scaled          # or stated: no build is resized\n"
      "  plan: auto\n"
      "The first footing is told in full and cause by cause; --json has all of them so.\n");
  add_draws_option(*command, *options);
  add_study_options(*command, *options)->required();
  return [options] { return compare_command(*options); };
}

}  // namespace weft::cli
