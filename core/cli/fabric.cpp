#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "network_options.h"
#include "output.h"
#include "weft/cli/commands.h"
#include "weft/graph/files.h"
#include "weft/network/survey.h"
#include "weft/report/fabric.h"

namespace weft::cli {

namespace {

struct FabricOptions : NetworkOptions {
  std::vector<std::string> faults;
  std::string dot;
  std::string graphml;
};

int fabric(const FabricOptions& options) {
  const auto catalog = make_network_catalog(options.configs);
  const auto cluster = network::read_cluster(catalog, options.cluster, size_of(options));
  const auto faults = faults_of(options.faults);
  const auto survey = network::survey(cluster, network::kMostNodes, faults);
  if (!options.dot.empty() || !options.graphml.empty()) {
    const auto graph = network::graph_of(cluster, faults);
    if (!options.dot.empty()) write_answer(options.dot, graph::to_dot(graph));
    if (!options.graphml.empty()) write_answer(options.graphml, graph::to_graphml(graph));
  }
  if (!options.json.empty()) write_answer(options.json, report::to_json(survey));
  const bool is_quiet = options.json == "-" || options.dot == "-" || options.graphml == "-";
  if (!is_quiet) std::cout << report::to_terminal(survey, colour());
  return kAnswer;
}

}  // namespace

Command add_fabric(CLI::App& app) {
  auto options = std::make_shared<FabricOptions>();
  auto* command =
      app.add_subcommand("fabric", "what a cluster's network is built of, and how far it reaches");
  add_network_options(*command, *options);
  add_fault_option(
      *command, options->faults,
      "the cables between two nodes are dead, or keep a share of their bandwidth:\n"
      "'switch 64, switch 73' or 'device 0, switch 2, 0.5' (names: see --dot; switches\n"
      "that share every message are one: 'switch 0 and 3 more')");
  command
      ->add_option("--dot", options->dot,
                   "write the graph for Graphviz, without what --fault kills; - prints only it")
      ->type_name("FILE");
  command->add_option("--graphml", options->graphml, "write the graph as GraphML; - prints only it")
      ->type_name("FILE");
  return [options] { return fabric(*options); };
}

}  // namespace weft::cli
