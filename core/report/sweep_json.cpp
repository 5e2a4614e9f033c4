#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "weft/report/sweep.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json sweep_figure_json(const sweep::Summary& summary, const sweep::FigureSummary& figure) {
  Json json{{"name", figure.column.name},
            {"unit", figure.column.unit},
            {"meaning", figure.column.meaning},
            {"better", figure.column.is_better_high ? "high" : "low"},
            {"known", figure.known}};
  if (figure.known == 0) return json;
  json["low"] = figure.low;
  json["high"] = figure.high;
  Json settings = Json::object();
  for (std::size_t a = 0; a < summary.axes.size(); ++a) {
    settings[summary.axes[a]] = figure.best.settings[a];
  }
  json["best"] = {{"value", figure.column.is_better_high ? figure.high : figure.low},
                  {"case", figure.best.number},
                  {"label", figure.best.label},
                  {"settings", settings},
                  {"plan", figure.best.plan}};
  return json;
}

}  // namespace

std::string to_json(const sweep::Summary& summary, const std::filesystem::path& file) {
  Json json{{"schema", kSweepSchema},
            {"name", summary.name},
            {"file", file.string()},
            {"design", summary.design},
            {"fidelity", summary.fidelity},
            {"axes", summary.axes},
            {"cases", summary.cases},
            {"lines", summary.lines},
            {"without_figures", summary.without},
            {"figures", Json::array()},
            {"reasons", Json::array()}};
  for (const auto& figure : summary.figures) {
    json["figures"].push_back(sweep_figure_json(summary, figure));
  }
  for (const auto& reason : summary.reasons) {
    json["reasons"].push_back({{"lines", reason.lines}, {"example", reason.example}});
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
