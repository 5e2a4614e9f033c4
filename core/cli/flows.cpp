#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

#include "network_options.h"
#include "output.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/network/flows.h"
#include "weft/report/flows.h"

namespace weft::cli {

namespace {

struct FlowsOptions : NetworkOptions, RoutingOptions {
  std::filesystem::path traffic;
  std::size_t worst = 12;
  int threads = 0;
};

int flows(const FlowsOptions& options) {
  const auto catalog = make_network_catalog(options.configs);
  const auto matrix = traffic::read_matrix(options.traffic);
  const auto cluster =
      network::read_cluster(catalog, options.cluster, size_of(options), matrix.nodes);
  network::FlowsQuestion question;
  question.routes = routes_of(options, question.routes.policy);
  question.threads = base::ThreadTeam(options.threads).size();
  const auto answer = network::answer(cluster, matrix, question);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (options.json != "-") std::cout << report::to_terminal(answer, options.worst, colour());
  return kAnswer;
}

}  // namespace

Command add_flows(CLI::App& app) {
  auto options = std::make_shared<FlowsOptions>();
  auto* command =
      app.add_subcommand("flows", "the completion time of every flow of a traffic matrix");
  command->footer(
      "Matrices: those of csg-htsim (Nodes, Connections, FROM->TO id N start PS size BYTES), or "
      "CSV\n"
      "with the columns from, to, bytes and optionally start. Links are shared max-min fairly.\n"
      "Without a size the cluster is as large as the matrix needs. --routing is ecmp if not "
      "given.");
  add_network_options(*command, *options);
  command->add_option("--traffic", options->traffic, "the matrix")->type_name("FILE")->required();
  add_routing_options(*command, *options);
  command->add_option("--worst", options->worst, "how many of the slowest flows to list");
  command->add_option("--threads", options->threads, "threads to use (default: all cores)")
      ->check(CLI::Range(1, 4096));
  return [options, command] {
    require_seed_used(*command, *options, network::FlowsQuestion().routes.policy);
    return flows(*options);
  };
}

}  // namespace weft::cli
