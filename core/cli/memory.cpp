#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

#include "output.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/report/memory_points.h"
#include "weft/validation/validate.h"

namespace weft::cli {

namespace {

struct MemoryOptions {
  std::filesystem::path points;
  std::vector<std::filesystem::path> configs;
  std::string json;
  std::size_t worst = 12;
  int threads = 0;
};

int memory(const MemoryOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const auto rules = validation::load_rules(catalog);
  const auto points = validation::read_memory_points(options.points);
  const validation::Documents documents(catalog);
  const base::ThreadTeam team(options.threads);
  const auto answer = validation::evaluate(points, rules, documents, team);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (options.json != "-") {
    std::cout << report::to_terminal(answer, options.worst, colour());
  }
  return kAnswer;
}

}  // namespace

Command add_memory(CLI::App& app) {
  auto options = std::make_shared<MemoryOptions>();
  auto* command = app.add_subcommand(
      "memory", "published memory per device, and what fitted, against the model");
  command->footer(
      "Tables: figures with a kind (memory_GiB, kind), logged ranks (rank_details), trials that "
      "ran\n"
      "or ran out of memory (status, act_ckpt), and published runs with a metric of memory. "
      "Blanks\n"
      "are filled by configs/validation/rules.yaml.");
  command->add_option("--points", options->points, "the table (CSV)")
      ->type_name("FILE")
      ->required();
  command->add_option("--json", options->json, "also write all points here; - prints only them")
      ->type_name("FILE")
      ->check([](const std::string& file) {
        return file.empty() ? std::string("a file name, or -, is expected") : std::string();
      });
  command->add_option("--worst", options->worst, "how many of the points farthest off to list");
  command->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 4096));
  add_configs_option(*command, options->configs);
  return [options] { return memory(*options); };
}

}  // namespace weft::cli
