// What the commands on networks have in common.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/graph/routing.h"
#include "weft/network/cluster_size.h"
#include "weft/network/routes.h"

namespace CLI {
class App;
}

namespace weft::cli {

struct NetworkOptions {
  std::string cluster;
  int hosts = 0, racks = 0, pods = 0;  // 0: not given
  std::vector<std::filesystem::path> configs;
  std::string json;
};

// CLUSTER, --hosts, --racks, --pods, --json and --configs.
void add_network_options(CLI::App& command, NetworkOptions& options, bool needs_cluster = true);
// The same without CLUSTER.
void add_size_options(CLI::App& command, NetworkOptions& options);
void add_json_option(CLI::App& command, std::string& json, const char* what);
std::optional<network::ClusterSize> size_of(const NetworkOptions& options);

// The catalogue with links as they are when collectives have them to themselves.
base::Catalog make_network_catalog(const std::vector<std::filesystem::path>& directories);

// --fault, and what its texts say. Throws base::InputError for a fault that is none.
void add_fault_option(CLI::App& command, std::vector<std::string>& faults, const char* what);
std::vector<network::LinkFault> faults_of(const std::vector<std::string>& texts);

// --routing, --seed, --rail-aligned and --fault.
struct RoutingOptions {
  std::string routing;
  std::uint64_t seed = 0;
  bool rail_aligned = false;
  std::vector<std::string> faults;
  const char* seed_is = "of the hashes of ecmp";
  const char* note = "";  // after what each of them does
};
void add_routing_options(CLI::App& command, RoutingOptions& options);
// Throws base::InputError when a seed is given and the routing, or without one the fallback, draws
// nothing.
void require_seed_used(const CLI::App& command, const RoutingOptions& options,
                       graph::Policy fallback);
// Throws base::InputError for a fault that is none.
network::Routes routes_of(const RoutingOptions& options, graph::Policy fallback);

// "4 GiB" of an option; throws base::InputError. 0 or more.
base::Bytes bytes_of(const std::string& option, const std::string& text);

}  // namespace weft::cli
