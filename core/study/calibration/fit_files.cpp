// Fitted values as documents that stand over those written by hand.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "fit_document.h"
#include "weft/calibration/fit_file.h"

namespace weft::calibration {

namespace {

constexpr std::array kKinds = {"chip", "link", "software"};

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
  const auto w = written(value, parameter.prior());
  const auto at = [&](double z) {
    return fmt::format("{:.4g}{}", parameter.value(z) / w.unit_size, w.unit);
  };
  const double side = kNinetyPercent * fitted.deviation;
  return entry_text(at(fitted.z - side), at(fitted.z), at(fitted.z + side), kOfRuns, fitted.runs,
                    fitted.sources);
}

}  // namespace

std::vector<FitFile> fit_files(const Calibration& calibration, const base::Catalog& catalog) {
  const auto by_hand = catalog.with(base::Fits::kIgnore);
  std::map<std::string, FitDocument> fits;
  std::map<std::string, Place> places;
  for (const auto& fitted : calibration.parameters) {
    if (!fitted.is_informed()) continue;
    const auto& path = fitted.parameter.path();
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    if (!places.contains(name)) {
      const auto place = place_of(name, by_hand);
      if (!place) continue;
      places.emplace(name, *place);
      fits[name] = read_fit(fit_file_of(place->document), kOfKernels);
      fits[name].kind = place->kind;
    }
    const auto inner = path.substr(dot + 1);
    const auto value = find(places.at(name).document.root(), inner);
    if (value) fits[name].entries.emplace(inner, line_of(fitted, *value));
  }
  std::vector<FitFile> files;
  for (const auto& [name, fit] : fits) {
    if (fit.entries.empty()) continue;
    files.push_back({fit_file_of(places.at(name).document), text_of(fit, name)});
  }
  return files;
}

}  // namespace weft::calibration
