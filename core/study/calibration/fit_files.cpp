// Fitted values as documents that stand over those written by hand.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "weft/calibration/calibrate.h"

namespace weft::calibration {

namespace {

// Standard deviations between the median and the 95 % point of a normal distribution.
constexpr double kQuantile = 1.645;
constexpr std::array kKinds = {"chip", "link", "software"};

std::optional<base::Node> find(base::Node node, const std::string& path) {
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('.', begin), path.size());
    const auto next = node.find(path.substr(begin, end - begin));
    if (!next) return std::nullopt;
    node = *next;
    begin = end + 1;
  }
  return node;
}

// What is written for the mode: "24 us" is the number 24 with the unit " us".
struct Written {
  double number = 0;
  std::string unit;
};

Written written(const base::Node& value) {
  auto text = std::string(value.text());
  for (const char* key : {"mode", "value"}) {
    if (const auto mode = value.is_map() ? value.find(key) : std::nullopt) {
      text = std::string(mode->text());
      break;
    }
  }
  std::size_t used = 0;
  const double number = std::stod(text, &used);
  auto unit = text.substr(used);
  if (const auto spread = unit.find("\u00b1"); spread != std::string::npos) {
    unit = unit.substr(0, spread);
    while (!unit.empty() && unit.back() == ' ') unit.pop_back();
  }
  return {number, unit};
}

// A number in the unit of the hand-written one.
std::string in_unit(double value, const base::Distribution& prior, const Written& w) {
  const double scale = prior.mode != 0 && w.number != 0 ? w.number / prior.mode : 1.0;
  return fmt::format("{:.4g}{}", value * scale, w.unit);
}

// The map of one document: nested keys in order, each with its line.
struct Tree {
  std::map<std::string, Tree> members;
  std::string line;
};

void insert(Tree& tree, const std::string& path, const std::string& line) {
  auto* at = &tree;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('.', begin), path.size());
    at = &at->members[path.substr(begin, end - begin)];
    begin = end + 1;
  }
  at->line = line;
}

void print(const Tree& tree, int depth, std::string& text) {
  for (const auto& [key, member] : tree.members) {
    text += fmt::format("{:{}}{}:{}{}\n", "", 2 * depth, key, member.line.empty() ? "" : " ",
                        member.line);
    print(member, depth + 1, text);
  }
}

struct Place {
  std::string kind;
  base::Document document;
};

std::optional<Place> place_of(const std::string& name, const base::Catalog& catalog) {
  for (const std::string kind : kKinds) {
    const auto names = catalog.names(kind);
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    return Place{kind, catalog.load(kind, name, std::nullopt)};
  }
  return std::nullopt;
}

std::string line_of(const FittedParameter& fitted, const base::Node& value) {
  const auto& parameter = fitted.parameter;
  const auto w = written(value);
  const auto at = [&](double z) { return in_unit(parameter.value(z), parameter.prior(), w); };
  const double side = kQuantile * fitted.deviation;
  return fmt::format("{{low: {}, mode: {}, high: {}, note: \"{} runs\"}}", at(fitted.z - side),
                     at(fitted.z), at(fitted.z + side), fitted.runs);
}

}  // namespace

std::vector<FitFile> fit_files(const Calibration& calibration, const base::Catalog& catalog) {
  const auto by_hand = catalog.with(base::Fits::kIgnore);
  std::map<std::string, Tree> trees;
  std::map<std::string, Place> places;
  std::map<std::string, std::set<std::string>> sources;
  for (const auto& fitted : calibration.parameters) {
    if (!fitted.is_informed()) continue;
    const auto& path = fitted.parameter.path();
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    if (places.count(name) == 0) {
      const auto place = place_of(name, by_hand);
      if (!place) continue;
      places.emplace(name, *place);
    }
    const auto inner = path.substr(dot + 1);
    const auto value = find(places.at(name).document.root(), inner);
    if (!value) continue;
    insert(trees[name], inner, line_of(fitted, *value));
    sources[name].insert(fitted.sources.begin(), fitted.sources.end());
  }
  std::vector<FitFile> files;
  for (const auto& [name, tree] : trees) {
    const auto& place = places.at(name);
    FitFile fit;
    fit.file = place.document.file();
    fit.file.replace_extension(".fit.yaml");
    fit.text = fmt::format(
        "kind: {}\n# Written by `weft calibrate --write`; stands over {}.yaml.\n"
        "source: \"fit of this model to published runs: {}\"\nconfidence: derived\n",
        place.kind, name, fmt::join(sources.at(name), ", "));
    print(tree, 0, fit.text);
    files.push_back(std::move(fit));
  }
  return files;
}

}  // namespace weft::calibration
