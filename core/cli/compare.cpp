#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

#include "output.h"
#include "questions.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/report/compare.h"

namespace weft::cli {

int compare_command(const StudyOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const base::ThreadTeam team(options.threads);
  base::Reading reading;
  const auto answer =
      compare::answer(catalog.load_file(options.file, "compare"), catalog, reading, team);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (options.json != "-") std::cout << report::to_terminal(answer, colour()) << std::flush;
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
  add_study_options(*command, *options)->required();
  return [options] { return compare_command(*options); };
}

}  // namespace weft::cli
