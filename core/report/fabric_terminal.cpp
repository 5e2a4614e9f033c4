#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "network_text.h"
#include "weft/report/fabric.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using base::to_text;
using network::Survey;
using network::TierSurvey;

std::string layers_text(const TierSurvey& tier) {
  const auto& layers = tier.switches_by_layer;
  if (layers.size() < 2) return "";
  static constexpr const char* kNames[] = {"leaf", "spine", "core"};
  std::string text;
  for (std::size_t i = 0; i < layers.size() && i < std::size(kNames); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? ": " : ", ", layers[i], kNames[i]);
  }
  return text;
}

std::string ports_text(const TierSurvey& tier) {
  if (!tier.device_ports || !tier.switch_ports) return "";
  return fmt::format("ports in use: {} of devices, {} of switches", *tier.device_ports,
                     *tier.switch_ports);
}

std::string price_text(const TierSurvey& tier) {
  std::string text;
  const auto add = [&](const char* what, const std::optional<base::Money>& price) {
    if (price) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, to_text(*price));
  };
  add("switches", tier.switch_price);
  add("modules", tier.optics_price);
  add("cables", tier.cable_price);
  return text.empty() ? text : "price: " + text;
}

std::string tier_text(const TierSurvey& tier, Colour colour) {
  auto text = bold(
      title(fmt::format("{} ({} × {} of {})", tier.name, tier.units, tier.kind, tier.children)),
      colour);
  const auto line = [&](const std::string& what) {
    if (!what.empty()) text += wrapped(what, 2);
  };
  line("link: " + tier.link);
  line(fmt::format("cables: {:.0f}; optical modules: {:.0f}", tier.cables, tier.modules));
  line(fmt::format("switches: {}{}", tier.switches, layers_text(tier)));
  line(ports_text(tier));
  if (tier.spares > 0) {
    line(fmt::format("spare devices: {} with {} cables of their own", tier.spares,
                     tier.spare_cables));
  }
  line(fmt::format("power: switches {}, modules {}", to_text(tier.switch_power),
                   to_text(tier.module_power)));
  line(fmt::format("bisection of one: {} each way", to_text(tier.bisection)));
  line(price_text(tier));
  return text;
}

// The largest parts, and two devices that do not reach each other.
std::string whole_text(const Survey& survey) {
  constexpr std::size_t kMostListed = 6;
  const auto& parts = survey.parts;
  if (parts.size() < 2) return "whole: every device reaches every other";
  std::vector<std::string> list;
  for (std::size_t i = 0; i < std::min(parts.size(), kMostListed); ++i) {
    const auto& [devices, first] = parts[i];
    list.push_back(devices == 1 ? fmt::format("device {} alone", first)
                                : fmt::format("{} devices from {} on", devices, first));
  }
  if (parts.size() > kMostListed) {
    list.push_back(fmt::format("{} smaller ones", parts.size() - kMostListed));
  }
  return fmt::format(
      "in {} parts that do not reach each other: {}. Device {} and device {}, say, are cut off "
      "from "
      "each other",
      parts.size(), fmt::join(list, "; "), parts[0].first, parts[1].first);
}

std::string worst_text(const Survey& survey) {
  const auto& worst = survey.worst;
  return fmt::format(
      "{}: devices {} and {}, {}{} {}, {}", worst.hops ? "diameter and worst pair" : "worst pair",
      worst.from, worst.to,
      worst.hops ? fmt::format("{} {}, ", *worst.hops, *worst.hops == 1 ? "hop" : "hops") : "",
      worst.switches, worst.switches == 1 ? "switch" : "switches", to_text(worst.latency));
}

struct PricedPart {
  const char* name;
  std::optional<base::Money> TierSurvey::*price;
  double (*count)(const TierSurvey&);
};

constexpr std::array<PricedPart, 3> kPricedParts = {{
    {"switches", &TierSurvey::switch_price,
     [](const TierSurvey& tier) { return static_cast<double>(tier.switches); }},
    {"optics", &TierSurvey::optics_price, [](const TierSurvey& tier) { return tier.modules; }},
    {"cables", &TierSurvey::cable_price, [](const TierSurvey& tier) { return tier.cables; }},
}};

// Sums by currency, and what they lack.
std::string price_text(const Survey& survey) {
  std::map<std::string, double> sums;
  std::vector<std::string> without;
  for (const auto& tier : survey.tiers) {
    for (const auto& part : kPricedParts) {
      if (const auto& price = tier.*part.price) {
        sums[price->currency] += price->amount;
      } else if (part.count(tier) > 0) {
        without.push_back(fmt::format("{} of {}", part.name, tier.name));
      }
    }
  }
  std::string text = "price of switches, optics and cables:";
  if (sums.empty()) return text + " not known";
  for (const auto& [currency, amount] : sums) text += " " + to_text(base::Money{amount, currency});
  if (!without.empty()) text += fmt::format(", without {}", fmt::join(without, ", "));
  return text;
}

}  // namespace

std::string to_terminal(const Survey& survey, Colour colour) {
  auto text = bold(title(survey.cluster), colour);
  text += fmt::format(
      "  {} devices on {} {}; {} nodes{}\n", survey.devices, survey.hosts,
      survey.hosts == 1 ? "host" : "hosts", survey.nodes,
      survey.from_graph ? ", counted on the graph" : "; closed forms, the graph is too large");
  if (survey.faults > 0) {
    text += fmt::format("  with {} {}\n", survey.faults, survey.faults == 1 ? "fault" : "faults");
  }
  if (survey.from_graph) text += wrapped(whole_text(survey), 2);
  text += wrapped(worst_text(survey), 2);
  text += wrapped(
      fmt::format("bisection: {} each way over all tiers{}", to_text(survey.bisection),
                  survey.bisection_from_graph ? ", maximum flow on the graph" : ", closed form"),
      2);
  base::Power switches;
  base::Power modules;
  for (const auto& tier : survey.tiers) {
    switches = switches + tier.switch_power;
    modules = modules + tier.module_power;
  }
  text +=
      wrapped(fmt::format("power: switches {}, optics {}", to_text(switches), to_text(modules)), 2);
  text += wrapped(price_text(survey), 2);
  for (const auto& tier : survey.tiers) {
    if (tier.children > 1 || tier.switches > 0) text += "\n" + tier_text(tier, colour);
  }
  return text;
}

}  // namespace weft::report
