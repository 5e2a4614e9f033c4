#include "network_options.h"

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "weft/base/unit_text.h"
#include "weft/cli/commands.h"

namespace weft::cli {

namespace {

constexpr int kMostUnits = 1'000'000'000;
constexpr std::array kPolicies = {
    std::pair("minimal", graph::Policy::kMinimal), std::pair("ecmp", graph::Policy::kEcmp),
    std::pair("spray", graph::Policy::kSpray), std::pair("detour", graph::Policy::kDetour)};

// "A, B", "A, B, SHARE" or "A, B, SHARE, TIME".
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(',', start), text.size());
    auto part = text.substr(start, end - start);
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
    parts.push_back(std::move(part));
    start = end + 1;
  }
  return parts;
}

// A quantity of a dimension, 0 or more.
double amount_of(const std::string& text, const base::Dimension& dimension,
                 const std::string& whole) {
  base::UnitError error;
  const auto parsed = base::parse_quantity(text, error);
  if (parsed && parsed->dimension == dimension && parsed->currency.empty() && parsed->si >= 0) {
    return parsed->si;
  }
  network::refuse(fmt::format("--fault {}: '{}' is not expected here", whole, text),
                  "'NODE, NODE', then a share of the bandwidth and a time, such as 0.5, 2 ms");
}

network::LinkFault fault_of(const std::string& text) {
  const auto parts = parts_of(text);
  constexpr std::size_t kMost = 4;
  if (parts.size() < 2 || parts.size() > kMost) {
    network::refuse(fmt::format("--fault {}: two nodes are expected", text),
                    "such as 'switch 64, switch 73'");
  }
  network::LinkFault fault{parts[0], parts[1]};
  if (parts.size() > 2) fault.share = amount_of(parts[2], {}, text);
  if (fault.share > 1) network::refuse(fmt::format("--fault {}: a share is at most 1", text));
  if (parts.size() == kMost) fault.time = amount_of(parts[3], base::Time::kDimension, text);
  return fault;
}

}  // namespace

void add_json_option(CLI::App& command, std::string& json, const char* what) {
  command.add_option("--json", json, what)->type_name("FILE")->check([](const std::string& file) {
    return file.empty() ? std::string("a file name, or -, is expected") : std::string();
  });
}

void add_network_options(CLI::App& command, NetworkOptions& options, bool needs_cluster) {
  auto* cluster =
      command.add_option("CLUSTER", options.cluster, "a cluster's name, see weft list cluster");
  if (needs_cluster) cluster->required();
  add_size_options(command, options);
}

void add_size_options(CLI::App& command, NetworkOptions& options) {
  auto* hosts = command.add_option("--hosts", options.hosts, "so many hosts of it");
  auto* racks = command.add_option("--racks", options.racks, "so many racks, where it has them");
  auto* pods = command.add_option("--pods", options.pods, "so many pods, where it has them");
  for (auto* option : {hosts, racks, pods}) option->check(CLI::Range(1, kMostUnits));
  hosts->excludes(racks)->excludes(pods);
  racks->excludes(pods);
  add_json_option(command, options.json, "also write the answer here; - prints only it");
  add_configs_option(command, options.configs);
}

std::optional<network::ClusterSize> size_of(const NetworkOptions& options) {
  if (options.hosts > 0) return network::ClusterSize{"hosts", options.hosts};
  if (options.racks > 0) return network::ClusterSize{"racks", options.racks};
  if (options.pods > 0) return network::ClusterSize{"pods", options.pods};
  return std::nullopt;
}

base::Catalog make_network_catalog(const std::vector<std::filesystem::path>& directories) {
  return make_catalog(directories).with(base::Fits::kCollectives);
}

void add_fault_option(CLI::App& command, std::vector<std::string>& faults, const char* what) {
  command.add_option("--fault", faults, what)->type_name("WHERE")->take_all();
}

std::vector<network::LinkFault> faults_of(const std::vector<std::string>& texts) {
  std::vector<network::LinkFault> faults;
  for (const auto& text : texts) faults.push_back(fault_of(text));
  return faults;
}

void add_routing_options(CLI::App& command, RoutingOptions& options) {
  std::vector<std::string> names;
  for (const auto& [name, policy] : kPolicies) names.emplace_back(name);
  command
      .add_option("--routing", options.routing,
                  std::string("of the shortest ways minimal takes one, ecmp one by a hash, spray "
                              "all;\ndetour also those one hop longer") +
                      options.note)
      ->check(CLI::IsMember(names));
  command.add_option("--seed", options.seed, std::string(options.seed_is) + options.note);
  command.add_flag("--rail-aligned", options.rail_aligned,
                   std::string("messages to other hosts change rails inside the sender's host, not "
                               "between\nswitches of different rails") +
                       options.note);
  add_fault_option(command, options.faults,
                   "the cables between two nodes are dead, or keep a share, from a time on:\n"
                   "'switch 4, switch 6' or 'device 0, switch 2, 0.5, 2 ms' (names: weft fabric "
                   "CLUSTER --dot -;\n"
                   "switches that share every message are one: 'switch 0 and 3 more')");
}

void require_seed_used(const CLI::App& command, const RoutingOptions& options,
                       graph::Policy fallback) {
  const bool is_ecmp = options.routing.empty() ? fallback == graph::Policy::kEcmp
                                               : options.routing == name_of(graph::Policy::kEcmp);
  if (command.count("--seed") == 0 || is_ecmp) return;
  network::refuse(fmt::format("--seed: nothing is drawn here; it is {}", options.seed_is));
}

network::Routes routes_of(const RoutingOptions& options, graph::Policy fallback) {
  network::Routes routes{fallback, options.seed, options.rail_aligned, {}};
  for (const auto& [name, policy] : kPolicies) {
    if (options.routing == name) routes.policy = policy;
  }
  routes.faults = faults_of(options.faults);
  return routes;
}

base::Bytes bytes_of(const std::string& option, const std::string& text) {
  base::UnitError error;
  const auto parsed = base::parse_quantity(text, error);
  if (!parsed) network::refuse(fmt::format("{} {}: {}", option, text, error.message));
  if (parsed->dimension != base::Bytes::kDimension || !parsed->currency.empty() ||
      !(parsed->si >= 0)) {
    network::refuse(fmt::format("{} {}: a size is expected here ({})", option, text,
                                base::dimension_examples(base::Bytes::kDimension, false)));
  }
  return base::Bytes(parsed->si);
}

}  // namespace weft::cli
