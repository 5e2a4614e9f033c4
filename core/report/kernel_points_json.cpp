#include "json_value.h"

#include "weft/report/kernel_points.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json text(const std::string& value) { return value.empty() ? Json() : Json(value); }

Json to_json(const kernels::KernelResult& row) {
  const auto& point = *row.point;
  return {{"id", point.id},
          {"line", point.line},
          {"chip", text(row.chip)},
          {"written_chip", point.chip},
          {"op", point.operation},
          {"group", point.group},
          {"precision", point.precision},
          {"size", text(kernels::size_class(point))},
          {"metric", point.metric},
          {"unit", point.unit},
          {"published", point.published > 0 ? Json(point.published / point.unit_size) : Json()},
          {"predicted", number_or_null(row.predicted)},
          {"relative_error", number_or_null(row.relative_error)},
          {"status", row.is_skipped() ? "skipped" : "ok"},
          {"reason", text(row.reason)},
          {"split", point.split},
          {"source", point.source},
          {"confidence", point.confidence}};
}

Json to_json(const kernels::KernelSummary& summary) {
  Json json = {{"figure", summary.is_power ? "power" : "time"},
               {"chip", summary.chip},
               {"group", summary.group},
               {"precision", summary.precision},
               {"size", text(summary.size)},
               {"split", summary.split},
               {"n", summary.n},
               {"skipped", summary.skipped}};
  const bool ran = summary.skipped < summary.n;
  const auto error = [&](double value) { return ran ? Json(value) : Json(); };
  json["median_abs_error"] = error(summary.median_abs_error);
  json["mean_abs_error"] = error(summary.mean_abs_error);
  json["p90_abs_error"] = error(summary.p90_abs_error);
  json["bias"] = error(summary.bias);
  return json;
}

}  // namespace

std::string to_json(const kernels::PointsAnswer& answer) {
  Json json;
  json["rows"] = Json::array();
  for (const auto& row : answer.rows) json["rows"].push_back(to_json(row));
  json["summary"] = Json::array();
  for (const auto& summary : answer.summaries) json["summary"].push_back(to_json(summary));
  // Rows come from anywhere: bytes that are no UTF-8 are shown as such.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weft::report
