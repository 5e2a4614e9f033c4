#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <optional>

#include "network_options.h"
#include "output.h"
#include "weft/base/diagnostics.h"
#include "weft/cli/commands.h"
#include "weft/report/trace.h"
#include "weft/trace/run.h"

namespace weft::cli {

namespace {

constexpr std::int64_t kMostRanks = 1 << 20;
constexpr int kMostStreams = 64;

struct TraceOptions : NetworkOptions {
  std::vector<std::filesystem::path> traces;
  std::optional<std::filesystem::path> groups;
  std::optional<std::int64_t> ranks;
  std::string precision = name_of(chips::Precision::kBf16);
  bool recorded_times = false, unfolded = false;
  int streams = 1;
  std::size_t worst = 12;
};

chips::Precision precision_of(const std::string& name) {
  for (std::size_t p = 0; p < chips::kPrecisionCount; ++p) {
    if (name == chips::kPrecisionNames[p]) return static_cast<chips::Precision>(p);
  }
  const auto near = base::nearest(name, chips::precision_names());
  network::refuse(fmt::format("--precision {}: no number format has this name", name),
                  near.empty() ? "bf16, fp8, …" : fmt::format("did you mean {}?", near));
}

int replay_traces(const TraceOptions& options) {
  trace::TraceQuestion question;
  question.precision = precision_of(options.precision);
  question.recorded_times = options.recorded_times;
  question.streams = options.streams;
  question.folded = !options.unfolded;
  const auto traces = trace::read_ranks(options.traces, options.ranks, options.groups);
  const auto catalog = make_network_catalog(options.configs);
  const auto cluster =
      network::read_cluster(catalog, options.cluster, size_of(options), traces.ranks());
  const auto answer = trace::replay(cluster, traces, question);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (options.json != "-") std::cout << report::to_terminal(answer, options.worst, colour());
  return kAnswer;
}

}  // namespace

Command add_trace(CLI::App& app) {
  auto options = std::make_shared<TraceOptions>();
  auto* command = app.add_subcommand("trace", "Chakra execution traces, replayed on a cluster");
  command->footer(
      "TRACE is a file NAME.RANK.et of each rank, NAME for all of them, their folder, or one file "
      "and\n"
      "--ranks. Rank r is device r. Kernels take what both roofs of the chip give for num_ops and\n"
      "tensor_size, those with neither their recorded time; collectives and messages what weft\n"
      "collective says, on streams of their own that do not slow down the kernels beside them.\n"
      "Without --hosts, --racks or --pods the cluster is as large as the ranks need.\n"
      "\n"
      "Examples:\n"
      "  weft trace all_reduce --cluster dgx_h100\n"
      "  weft trace rank.0.et --ranks 64 --cluster dgx_h100 --recorded-times --json -");
  command->add_option("TRACE", options->traces, "the traces")->type_name("FILE")->required();
  command->add_option("--cluster", options->cluster, "a cluster's name, see weft list cluster")
      ->type_name("NAME")
      ->required();
  add_size_options(*command, *options);
  command
      ->add_option("--groups", options->groups,
                   "ranks of each group, as ASTRA-sim has them: {\"1\": [0, 1], …}")
      ->type_name("FILE");
  command->add_option("--ranks", options->ranks, "so many ranks that all do what one file says")
      ->check(CLI::Range(std::int64_t{1}, kMostRanks));
  command->add_option("--precision", options->precision, "of num_ops (default: bf16)");
  command->add_flag("--recorded-times", options->recorded_times,
                    "kernels take as long as where they were traced");
  command
      ->add_option("--streams", options->streams,
                   "so many collectives of different groups at once, on a rank (default: 1)")
      ->check(CLI::Range(1, kMostStreams));
  command->add_flag("--unfolded", options->unfolded, "replay each rank, alike or not");
  command->add_option("--worst", options->worst, "rows of each table");
  return [options] { return replay_traces(*options); };
}

}  // namespace weft::cli
