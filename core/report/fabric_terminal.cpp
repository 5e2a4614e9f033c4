#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string>

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
  if (tier.switch_price) text += "switches " + to_text(*tier.switch_price);
  if (tier.optics_price) {
    text += (text.empty() ? "modules " : ", modules ") + to_text(*tier.optics_price);
  }
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
  line(fmt::format("power: switches {}, modules {}", to_text(tier.switch_power),
                   to_text(tier.module_power)));
  line(fmt::format("bisection of one: {} each way", to_text(tier.bisection)));
  line(price_text(tier));
  return text;
}

std::string worst_text(const Survey& survey) {
  const auto& worst = survey.worst;
  return fmt::format("{}: devices {} and {}, {}{} {}, {}",
                     worst.hops ? "diameter and worst pair" : "worst pair", worst.from, worst.to,
                     worst.hops ? fmt::format("{} hops, ", *worst.hops) : "", worst.switches,
                     worst.switches == 1 ? "switch" : "switches", to_text(worst.latency));
}

// Sums by currency, and whether some part has no price.
std::string price_text(const Survey& survey) {
  std::map<std::string, double> sums;
  bool is_whole = true;
  for (const auto& tier : survey.tiers) {
    for (const auto& price : {tier.optics_price, tier.switch_price}) {
      if (price) sums[price->currency] += price->amount;
    }
    if (!tier.optics_price && tier.modules > 0) is_whole = false;
    if (!tier.switch_price && tier.switches > 0) is_whole = false;
  }
  std::string text = "price of switches and optics:";
  if (sums.empty()) return text + " not known";
  for (const auto& [currency, amount] : sums) text += " " + to_text(base::Money{amount, currency});
  return text + (is_whole ? "" : ", of some tiers only") + "; no price of cables is known";
}

}  // namespace

std::string to_terminal(const Survey& survey, Colour colour) {
  auto text = bold(title(survey.cluster), colour);
  text += fmt::format(
      "  {} devices on {} {}; {} nodes{}\n", survey.devices, survey.hosts,
      survey.hosts == 1 ? "host" : "hosts", survey.nodes,
      survey.from_graph ? ", counted on the graph" : "; closed forms, the graph is too large");
  if (survey.from_graph) {
    text += survey.parts == 1
                ? "  whole: every device reaches every other\n"
                : fmt::format("  in {} parts that do not reach each other\n", survey.parts);
  }
  text += wrapped(worst_text(survey), 2);
  text += wrapped(
      fmt::format("bisection: {} each way{}", to_text(survey.bisection),
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
