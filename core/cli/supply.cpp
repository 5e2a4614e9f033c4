#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

#include "output.h"
#include "study_options.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/report/supply.h"

namespace weft::cli {

namespace {

struct SupplyOptions {
  StudyOptions study;
  std::string csv;
  std::int64_t samples = 0;  // 0: the study's
  std::int64_t seed = -1;    // negative: the study's
};

int supply_command(const SupplyOptions& options) {
  const auto catalog = make_catalog(options.study.configs);
  auto loaded = load_study(options.study.file, catalog);
  auto question = supply_study::read_question(loaded.document, catalog, loaded.reading);
  loaded.reading.throw_if_any();
  if (options.samples > 0) question.samples = static_cast<std::size_t>(options.samples);
  if (options.seed >= 0) question.seed = static_cast<std::uint64_t>(options.seed);
  const base::ThreadTeam team(options.study.threads);
  const auto answer = supply_study::answer(question, loaded.study, team);
  const report::SupplyReport report{question, loaded.study, answer};
  if (!options.csv.empty()) write_answer(options.csv, report::to_csv(report));
  if (!options.study.json.empty()) write_answer(options.study.json, report::to_json(report));
  if (options.study.json != "-" && options.csv != "-") {
    std::cout << report::to_terminal(report, colour()) << std::flush;
  }
  return kAnswer;
}

}  // namespace

Command add_supply(CLI::App& app) {
  auto options = std::make_shared<SupplyOptions>();
  auto* command = app.add_subcommand(
      "supply", "how many chips there can be, what holds them up, what they are worth");
  command->footer(
      "Reads a study as `weft run` does, whose `supply` names a maker's line and another's:\n"
      "  supply:\n"
      "    of: huawei_ascend         # configs/supply: wafers, dies, memory, chips made of them\n"
      "    with: {wafers: {smic_n2: {share: 10 %}}}\n"
      "    against: nvidia           # what it ships, as published\n"
      "    from: 2025-Q1\n"
      "    to: 2028-Q4\n"
      "    spares: 3 %               # of packages, kept back\n"
      "Clusters of the study that have one of the line's chips are counted; the others are what\n"
      "its chips are compared with.\n");
  add_study_options(*command, options->study)->required();
  command->add_option("--samples", options->samples, "draws of the uncertain inputs")
      ->check(CLI::Range(2, 100000));
  command->add_option("--seed", options->seed, "of these draws (default: the study's)")
      ->check(CLI::Range(0L, 4294967295L));
  command->add_option("--csv", options->csv,
                      "also write a line a quarter and chip here; - prints only it");
  return [options] { return supply_command(*options); };
}

}  // namespace weft::cli
