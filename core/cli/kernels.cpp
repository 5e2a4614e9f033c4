#include <CLI/CLI.hpp>

#include <cstddef>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "output.h"
#include "weft/cli/commands.h"
#include "weft/report/kernel_points.h"

namespace weft::cli {

namespace {

struct KernelsOptions {
  std::vector<std::filesystem::path> points;
  std::vector<std::filesystem::path> configs;
  std::string chip;
  std::string json;
  std::size_t worst = 12;
};

// One table of all; points that have no id of their own are told apart by their file.
kernels::PointsTable read_all(const std::vector<std::filesystem::path>& files) {
  kernels::PointsTable all;
  for (const auto& file : files) {
    auto table = kernels::read_points(file);
    for (auto& point : table.points) {
      if (files.size() > 1 && point.id.rfind("line ", 0) == 0) {
        point.id = file.stem().string() + " " + point.id;
      }
    }
    all.name += (all.name.empty() ? "" : ", ") + table.name;
    all.points.insert(all.points.end(), std::make_move_iterator(table.points.begin()),
                      std::make_move_iterator(table.points.end()));
  }
  return all;
}

int kernels_command(const KernelsOptions& options) {
  const auto catalog = make_catalog(options.configs);
  auto files = options.points;
  if (files.empty()) files.push_back(kernels::shipped_points(catalog));
  const auto table = read_all(files);
  const auto chip = options.chip.empty() ? std::nullopt : std::optional(options.chip);
  const auto answer = kernels::predict_points(table, catalog, chip);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (options.json != "-") {
    std::cout << report::to_terminal(answer, options.worst, colour());
  }
  return kAnswer;
}

}  // namespace

Command add_kernels(CLI::App& app) {
  auto options = std::make_shared<KernelsOptions>();
  auto* command =
      app.add_subcommand("kernels", "measured kernels, their times and power, against the model");
  command->footer(
      "Tables: figures with an operation (id, chip, op, m, n, k_or_seq, precision, metric, value,\n"
      "unit), or grids of GEMMs (dtype, m, n, k, latency_us, power_w) and of attention (phase,\n"
      "batch, q_len, kv_len, q_heads, kv_heads, head_dim, attn_dtype, kv_dtype, latency_us). All\n"
      "may have chip, source, confidence and split (fit or test); grids of GEMMs with_cast (yes, "
      "no):\n"
      "whether the time of a narrow format includes its cast, as where a framework is named.");
  command
      ->add_option("--points", options->points,
                   "tables of your own (CSV; default: the shipped one)")
      ->type_name("FILE");
  command
      ->add_option("--chip", options->chip,
                   "take this chip for all points, instead of the one that each names")
      ->type_name("NAME");
  command->add_option("--json", options->json, "also write all points here; - prints only them")
      ->type_name("FILE")
      ->check([](const std::string& file) {
        return file.empty() ? std::string("a file name, or -, is expected") : std::string();
      });
  command->add_option("--worst", options->worst, "how many of the points farthest off to list");
  add_configs_option(*command, options->configs);
  return [options] { return kernels_command(*options); };
}

}  // namespace weft::cli
