// Fitted values as documents that stand over those written by hand.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "weft/calibration/calibrate.h"

namespace weft::calibration {

namespace {

// Standard deviations between the median and the 95 % point of a normal distribution.
constexpr double kNinetyPercent = 1.645;
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

// How a number is written: "24 us" is 24 times 1e-6, with the unit " us".
struct Written {
  double unit_size = 1;  // SI
  std::string unit;
};

// `text` as a number with a unit, whose SI value is `value`.
Written written(const std::string& text, double value) {
  std::size_t used = 0;
  const double number = std::stod(text, &used);
  auto unit = text.substr(used);
  unit = unit.substr(0, unit.find("\u00b1"));
  while (!unit.empty() && unit.back() == ' ') unit.pop_back();
  return {number != 0 ? value / number : 1.0, unit};
}

// By the first of its figures that is not 0, which a unit cannot be told from.
Written written(const base::Node& value, const base::Distribution& prior) {
  if (!value.is_map()) return written(std::string(value.text()), prior.mode);
  const std::array<std::pair<const char*, double>, 4> figures = {
      {{"mode", prior.mode}, {"value", prior.mode}, {"high", prior.high}, {"low", prior.low}}};
  for (const auto& [key, figure] : figures) {
    const auto node = value.find(key);
    if (node && figure != 0) return written(std::string(node->text()), figure);
  }
  return {};
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

// All fits are marked one by one, so that values beside them keep the sources they have.
std::string line_of(const FittedParameter& fitted, const base::Node& value) {
  const auto& parameter = fitted.parameter;
  const auto w = written(value, parameter.prior());
  const auto at = [&](double z) {
    return fmt::format("{:.4g}{}", parameter.value(z) / w.unit_size, w.unit);
  };
  const double side = kNinetyPercent * fitted.deviation;
  return fmt::format(
      "{{low: {}, mode: {}, high: {}, source: \"fit of this model to {} published runs: {}\", "
      "confidence: derived}}",
      at(fitted.z - side), at(fitted.z), at(fitted.z + side), fitted.runs,
      fmt::join(fitted.sources, ", "));
}

}  // namespace

std::vector<FitFile> fit_files(const Calibration& calibration, const base::Catalog& catalog) {
  const auto by_hand = catalog.with(base::Fits::kIgnore);
  std::map<std::string, Tree> trees;
  std::map<std::string, Place> places;
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
  }
  std::vector<FitFile> files;
  for (const auto& [name, tree] : trees) {
    const auto& place = places.at(name);
    FitFile fit;
    fit.file = place.document.file();
    fit.file.replace_extension(".fit.yaml");
    fit.text =
        fmt::format("kind: {}\n# Written by `weft calibrate --write`; stands over {}.yaml.\n",
                    place.kind, name);
    print(tree, 0, fit.text);
    files.push_back(std::move(fit));
  }
  return files;
}

}  // namespace weft::calibration
