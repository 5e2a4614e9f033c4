// What the reports on networks have in common.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "json_value.h"
#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/network/collective.h"
#include "weft/report/text.h"

namespace weft::report {

inline constexpr double kMicro = 1e-6;
inline constexpr double kGiga = 1e9;

// "all_reduce": names as options and YAML have them.
inline std::string key_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// Names from files may be as long as they like.
inline std::string title(const std::string& text) {
  return width_of(text) <= kTerminalColumns ? text : fitted(text, kTerminalColumns);
}

// "4 GiB", "8 B", "1.5 MiB".
inline std::string binary_size(double bytes) {
  constexpr double kKibi = 1024;
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= kKibi && unit + 1 < std::size(units)) {
    bytes /= kKibi;
    ++unit;
  }
  return fmt::format("{:.4g} {}", bytes, units[unit]);
}

inline nlohmann::ordered_json hot_links_json(const std::vector<network::HotLink>& links) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& link : links) {
    json.push_back({{"from", link.from},
                    {"to", link.to},
                    {"tier", link.tier},
                    {"bytes", link.bytes},
                    {"use", link.use}});
  }
  return json;
}

inline std::string routes_text(const network::Routes& routes) {
  auto text = fmt::format("routing {}", name_of(routes.policy));
  if (routes.policy == graph::Policy::kEcmp) text += fmt::format(", seed {}", routes.seed);
  if (routes.rail_aligned) text += ", rail-aligned";
  if (!routes.faults.empty()) text += fmt::format(", faults {}", routes.faults.size());
  return text;
}

inline void add_routes(const network::Routes& routes, nlohmann::ordered_json& json) {
  json["routing"] = name_of(routes.policy);
  json["seed"] = routes.seed;
  json["rail_aligned"] = routes.rail_aligned;
  json["faults"] = nlohmann::ordered_json::array();
  for (const auto& fault : routes.faults) {
    json["faults"].push_back(
        {{"from", fault.from}, {"to", fault.to}, {"share", fault.share}, {"time_s", fault.time}});
  }
}

inline nlohmann::ordered_json tiers_json(const std::vector<network::TierBytes>& tiers) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& tier : tiers) {
    json.push_back({{"tier", tier.tier},
                    {"bytes", tier.bytes},
                    {"cable_bytes", number_or_null(tier.cable_bytes)}});
  }
  return json;
}

inline std::string parted_text(const std::optional<network::PartedPairs>& parted) {
  if (!parted) return "";
  constexpr std::size_t kMost = 40;
  const auto pair = parted->from + " → " + parted->to;
  return fmt::format("  the network is parted: {} of the pairs that tried {} no way, such as {}\n",
                     parted->count, parted->count == 1 ? "has" : "have",
                     width_of(pair) <= kMost ? pair : fitted(pair, kMost));
}

inline nlohmann::ordered_json parted_json(const std::optional<network::PartedPairs>& parted) {
  if (!parted) return {};
  return {{"pairs", parted->count}, {"from", parted->from}, {"to", parted->to}};
}

inline std::string hot_links_text(const std::vector<network::HotLink>& links, Colour colour) {
  if (links.empty()) return "";
  auto text = "\n" + bold("busiest links" + std::string(45, ' ') + "bytes     use  tier", colour);
  for (const auto& link : links) {
    text += "  " + fitted(link.from + " → " + link.to, 48) +
            fmt::format("{:>13}{:>7.1f} %  {}\n", binary_size(link.bytes), 100 * link.use,
                        fitted(link.tier, 20));
  }
  return text;
}

}  // namespace weft::report
