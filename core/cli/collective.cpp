#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <utility>

#include "network_options.h"
#include "output.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/network/points.h"
#include "weft/report/collective.h"

namespace weft::cli {

namespace {

constexpr const char* kAuto = "auto";
constexpr int kMostChannels = 1024;

struct CollectiveOptions : NetworkOptions, RoutingOptions {
  std::string op, bytes, sweep;
  std::string algorithm = kAuto;
  std::string fidelity = "closed";
  int group = 0;
  std::int64_t stride = 1;
  int groups = 1;
  int channels = 0;
  double skew = 0;
  std::vector<std::filesystem::path> points;
  bool shipped = false;
  std::size_t worst = 12;
  int threads = 0;
};

// "8 B..16 GiB": doubled from the first to the last.
std::vector<base::Bytes> sweep_of(const std::string& text) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) {
    network::refuse(fmt::format("--sweep {}: two sizes are expected, such as '8 B..16 GiB'", text));
  }
  const auto first = bytes_of("--sweep", text.substr(0, dots));
  const auto last = bytes_of("--sweep", text.substr(dots + 2));
  if (!(first.si() >= 1) || last < first) {
    network::refuse(fmt::format("--sweep {}: from 1 B or more up to as much or more", text));
  }
  std::vector<base::Bytes> sizes;
  for (auto size = first; size <= last; size = 2 * size) sizes.push_back(size);
  return sizes;
}

std::vector<base::Bytes> sizes_of(const CollectiveOptions& options,
                                  interconnect::Collective collective) {
  if (collective == interconnect::Collective::kBarrier) {
    if (!options.sweep.empty()) network::refuse("--sweep: a barrier has no size");
    if (!options.bytes.empty()) network::refuse("--bytes: a barrier has no size");
    return {base::Bytes(0)};
  }
  if (!options.sweep.empty()) return sweep_of(options.sweep);
  if (options.bytes.empty()) network::refuse("--bytes or --sweep is missing");
  const auto size = bytes_of("--bytes", options.bytes);
  if (!(size.si() > 0)) {
    network::refuse(fmt::format("--bytes {}: more than nothing is expected", options.bytes));
  }
  return {size};
}

network::CollectiveQuestion question_of(const CollectiveOptions& options) {
  network::CollectiveQuestion question;
  if (options.op.empty()) network::refuse("--op is missing: all_reduce, all_to_all, …");
  const auto collective = interconnect::collective_of(options.op);
  if (!collective) {
    network::refuse(fmt::format("--op {}: no collective has this name", options.op),
                    "all_reduce, all_gather, reduce_scatter, all_to_all, broadcast, barrier, "
                    "point_to_point");
  }
  question.collective = *collective;
  if (options.algorithm != kAuto) {
    question.algorithm = interconnect::algorithm_of(options.algorithm);
    if (!question.algorithm || *question.algorithm == interconnect::Algorithm::kNone) {
      network::refuse(fmt::format("--algorithm {}: no algorithm has this name", options.algorithm),
                      "auto, ring, tree, direct, hierarchical, in_switch, pairwise, torus_bucket, "
                      "halving_doubling, bruck");
    }
  }
  question.sizes = sizes_of(options, *collective);
  question.fidelity =
      options.fidelity == "flow" ? network::Fidelity::kFlow : network::Fidelity::kClosed;
  question.ranks = options.group;
  const bool is_pair = *collective == interconnect::Collective::kPointToPoint;
  if (question.ranks == 0 && is_pair) question.ranks = 2;
  question.stride = options.stride;
  question.groups = options.groups;
  question.channels = options.channels;
  question.skew = options.skew;
  question.routes = routes_of(options, question.routes.policy);
  return question;
}

// Devices that all groups reach over.
std::int64_t reach_of(const network::CollectiveQuestion& question) {
  const auto blocks = (question.groups + question.stride - 1) / question.stride;
  return blocks * question.stride * question.ranks;
}

int one_collective(const CollectiveOptions& options) {
  if (options.cluster.empty()) network::refuse("CLUSTER is missing, see weft list cluster");
  auto question = question_of(options);
  const auto catalog = make_network_catalog(options.configs);
  auto size = size_of(options);
  auto cluster = network::read_cluster(catalog, options.cluster, size);
  if (question.ranks == 0) question.ranks = static_cast<int>(cluster.devices() / question.stride);
  if (!size) cluster = network::read_cluster(catalog, options.cluster, size, reach_of(question));
  question.threads = base::ThreadTeam(options.threads).size();
  const auto answer = network::answer(cluster, question);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (options.json != "-") std::cout << report::to_terminal(answer, colour());
  return kAnswer;
}

int measured_points(const CollectiveOptions& options) {
  const auto catalog = make_network_catalog(options.configs);
  auto files = options.points;
  if (options.shipped) files.push_back(network::shipped_points(catalog));
  network::PointsTable all;
  for (const auto& file : files) {
    auto table = network::read_points(file);
    std::move(table.points.begin(), table.points.end(), std::back_inserter(all.points));
  }
  const auto cluster = options.cluster.empty() ? std::nullopt : std::optional(options.cluster);
  const auto answer = network::predict_points(all, catalog, cluster);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (options.json != "-") {
    std::cout << report::to_terminal(answer, options.worst, colour());
  }
  return kAnswer;
}

int collective(const CollectiveOptions& options) {
  const bool is_points = !options.points.empty() || options.shipped;
  return is_points ? measured_points(options) : one_collective(options);
}

void add_point_options(CLI::App& command, CollectiveOptions& options) {
  command
      .add_option("--points", options.points,
                  "compare with measured points (CSV) instead; CLUSTER: what all ran on")
      ->type_name("FILE");
  command.add_flag("--shipped-points", options.shipped, "compare with the points that ship");
  command.add_option("--worst", options.worst,
                     "with points: how many of those farthest off to list");
}

// Points bring their own sizes and groups.
void require_no_question(const CLI::App& command) {
  for (const char* option :
       {"--op", "--bytes", "--sweep", "--group", "--stride", "--groups", "--channels", "--skew",
        "--fidelity", "--algorithm", "--routing", "--seed", "--rail-aligned", "--fault", "--hosts",
        "--racks", "--pods"}) {
    if (command.count(option) == 0) continue;
    network::refuse(fmt::format("{} says nothing of measured points", option));
  }
}

// What closed forms would not look at.
void require_flow(const CLI::App& command, const CollectiveOptions& options) {
  if (options.fidelity != "closed") return;
  for (const char* option :
       {"--routing", "--seed", "--rail-aligned", "--fault", "--groups", "--channels", "--skew"}) {
    if (command.count(option) == 0) continue;
    network::refuse(
        fmt::format("{} needs --fidelity flow: closed forms are of one group that has "
                    "every link to itself",
                    option));
  }
}

void require_used(const CLI::App& command, const CollectiveOptions& options) {
  if (command.count("--worst") > 0) {
    network::refuse("--worst is of measured points: --points FILE or --shipped-points");
  }
  require_flow(command, options);
  if (options.skew == 0) {
    require_seed_used(command, options, network::CollectiveQuestion().routes.policy);
  }
}

}  // namespace

Command add_collective(CLI::App& app) {
  auto options = std::make_shared<CollectiveOptions>();
  auto* command = app.add_subcommand(
      "collective", "one collective that has the network to itself: time, bandwidth");
  command->footer(
      "Bytes: of an all-reduce or reduce-scatter the vector that each rank holds; of an "
      "all-gather\n"
      "the vector that each ends with; of an all-to-all what each sends, its own part included.\n"
      "Without --hosts, --racks or --pods the cluster is as large as the groups need.\n"
      "Closed forms are of one group on a network in order; flows send every message of it over\n"
      "the graph, and of other groups beside it, around faults; --routing is spray if not given, "
      "as\n"
      "even as closed forms take it. Options marked (flow) need --fidelity flow.");
  add_network_options(*command, *options, false);
  command->add_option("--op", options->op, "all_reduce, all_gather, reduce_scatter, all_to_all, …");
  auto* bytes = command->add_option("--bytes", options->bytes, "such as '4 GiB'");
  command->add_option("--sweep", options->sweep, "many sizes, doubled: '8 B..16 GiB'")
      ->excludes(bytes);
  command
      ->add_option("--group", options->group,
                   "ranks of a group (default: the whole cluster; point_to_point: 2)")
      ->check(CLI::Range(2, 1 << 30));
  command->add_option("--stride", options->stride, "devices from one rank to the next")
      ->check(CLI::Range(1, 1 << 30));
  command->add_option(
      "--algorithm", options->algorithm,
      "ring, tree, direct, hierarchical, in_switch, pairwise or torus_bucket; auto: "
      "the fastest of these in closed form; halving_doubling and bruck only by name");
  command->add_option("--fidelity", options->fidelity, "closed: closed forms; flow: every message")
      ->check(CLI::IsMember({"closed", "flow"}));
  options->seed_is = "of the hashes of ecmp and of --skew";
  options->note = " (flow)";
  add_routing_options(*command, *options);
  command->add_option("--groups", options->groups, "so many groups side by side (flow)")
      ->check(CLI::Range(1, 1 << 30));
  command
      ->add_option("--channels", options->channels,
                   "with --algorithm ring: so many rings at once (flow; default: one for each "
                   "rank\nof a host)")
      ->check(CLI::Range(1, kMostChannels));
  command->add_option("--skew", options->skew, "all_to_all: exponent of uneven destinations (flow)")
      ->check(CLI::Range(0.0, 100.0));
  add_point_options(*command, *options);
  command->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 4096));
  return [options, command] {
    const bool is_points = !options->points.empty() || options->shipped;
    is_points ? require_no_question(*command) : require_used(*command, *options);
    return collective(*options);
  };
}

}  // namespace weft::cli
