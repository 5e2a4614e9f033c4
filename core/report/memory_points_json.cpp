#include "json_value.h"

#include "weft/report/memory_points.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json verdict(const std::optional<bool>& fits) { return fits ? Json(*fits ? "ok" : "oom") : Json(); }

Json to_json(const validation::PointResult& row) {
  const bool fits = row.is_feasibility();
  Json json = {{"id", row.id},
               {"source", row.source},
               {"split", row.split},
               {"memory_kind", row.memory_kind},
               {"unit", row.unit},
               {"published", fits ? verdict(row.published_fits) : number_or_null(row.published)},
               {"predicted", fits ? verdict(row.predicted_fits) : number_or_null(row.predicted)},
               {"relative_error", number_or_null(row.relative_error)},
               {"status", row.is_skipped() ? "skipped" : "ok"},
               {"reason", row.is_skipped() ? Json(row.reason) : Json()}};
  json["filled"] = Json::array();
  for (const auto& filled : row.filled) {
    json["filled"].push_back(
        {{"column", filled.column}, {"value", filled.value}, {"why", filled.why}});
  }
  return json;
}

Json to_json(const validation::PointSummary& summary) {
  return {{"source", summary.source},
          {"memory_kind", summary.memory_kind},
          {"split", summary.split},
          {"n", summary.n},
          {"skipped", summary.skipped},
          {"median_abs_error", summary.median_abs_error},
          {"mean_abs_error", summary.mean_abs_error},
          {"p90_abs_error", summary.p90_abs_error},
          {"bias", summary.bias}};
}

Json to_json(const validation::FitSummary& summary) {
  return {{"source", summary.source},
          {"memory_kind", "fits"},
          {"split", summary.split},
          {"n", summary.n},
          {"skipped", summary.skipped},
          {"said_ok_was_ok", summary.fits_right},
          {"said_ok_was_oom", summary.fits_wrong},
          {"said_oom_was_oom", summary.large_right},
          {"said_oom_was_ok", summary.large_wrong},
          {"accuracy", summary.accuracy()}};
}

}  // namespace

std::string to_json(const validation::MemoryAnswer& answer) {
  Json json;
  json["rows"] = Json::array();
  for (const auto& row : answer.rows) json["rows"].push_back(to_json(row));
  json["summary"] = Json::array();
  for (const auto& summary : answer.summaries) json["summary"].push_back(to_json(summary));
  for (const auto& summary : answer.fits) json["summary"].push_back(to_json(summary));
  // Rows come from anywhere: bytes that are no UTF-8 are shown as such.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weft::report
