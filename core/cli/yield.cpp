#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "output.h"
#include "weft/cli/commands.h"
#include "weft/report/yield.h"

namespace weft::cli {

namespace {

constexpr std::uint64_t kMostWafers = 100'000;

struct YieldOptions {
  yield::Question question;
  std::string json;
  std::string map;
  int threads = 0;
  std::vector<std::filesystem::path> configs;
};

int yield_command(const YieldOptions& options) {
  const base::ThreadTeam team(options.threads);
  const auto answer = yield::answer(options.question, make_catalog(options.configs), team);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  const bool has_map = !options.map.empty();
  const bool is_drawn = has_map || options.question.wafers > 0;
  const auto wafer = is_drawn ? yield::wafer_of(answer, options.question.seed, 0)
                              : manufacturing::SimulatedWafer{};
  if (has_map) write_answer(options.map, report::wafer_svg(answer, wafer));
  if (options.json == "-" || options.map == "-") return kAnswer;
  std::cout << report::to_terminal(answer, colour());
  if (is_drawn) {
    std::cout << "One wafer: dies by the number of their bin, . scrap\n"
              << report::wafer_text(wafer);
  }
  return kAnswer;
}

void add_changes(CLI::App& command, yield::Changes& changes) {
  command
      .add_option("--die-yield", changes.die_yield,
                  "solve the density of defects from this yield, such as '40 %'")
      ->type_name("SHARE");
  command
      .add_option("--scope", changes.scope,
                  "what that yield is of: die, package or final_test (after burn-in)")
      ->type_name("SCOPE");
  command
      .add_option("--counts", changes.counts,
                  "what it counts: perfect (no defect), chip (good enough for this chip) or any "
                  "(for any bin)")
      ->type_name("WHICH");
  command.add_option("--d0", changes.density, "density of defects, such as '0.09 /cm2'")
      ->type_name("DENSITY")
      ->excludes("--die-yield");
  command
      .add_option("--law", changes.law,
                  "poisson, murphy, seeds, bose_einstein or negative_binomial")
      ->type_name("LAW");
  command.add_option("--clustering", changes.clustering, "alpha of the negative binomial law")
      ->type_name("NUMBER");
}

}  // namespace

Command add_yield(CLI::App& app) {
  auto options = std::make_shared<YieldOptions>();
  auto* command = app.add_subcommand(
      "yield", "a chip from wafer to package: bins, latent defects, cost of a good one");
  command->add_option("CHIP", options->question.chip, "its name, or a file")->required();
  add_changes(*command, options->question.changes);
  command
      ->add_option("--wafers", options->question.wafers,
                   "draw so many wafers defect by defect, as a check of the model")
      ->check(CLI::Range(std::uint64_t{2}, kMostWafers));
  const auto* seed = command->add_option("--seed", options->question.seed, "of the wafers drawn");
  command->add_option("--map", options->map, "write one wafer as a picture (SVG); - prints only it")
      ->type_name("FILE");
  command->callback([options, seed] {
    if (seed->empty() || options->question.wafers > 0 || !options->map.empty()) return;
    throw CLI::RequiresError("--seed", "--wafers or --map: nothing is drawn without them");
  });
  command->add_option("--json", options->json, "also write all figures here; - prints only them")
      ->type_name("FILE");
  command->add_option("--threads", options->threads, "default: one per core")
      ->check(CLI::NonNegativeNumber);
  add_configs_option(*command, options->configs);
  return [options] { return yield_command(*options); };
}

}  // namespace weft::cli
