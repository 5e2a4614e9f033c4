#include <cmath>

#include "json_value.h"

#include "weft/report/accuracy.h"
#include "weft/report/validation_text.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

const char* class_of(bool is_memory) { return is_memory ? "memory" : "speed"; }

// Ends of the interval in the published unit.
Json interval_of(const validation::RowResult& row) {
  if (!row.half_width || !row.predicted) return {};
  const double factor = std::exp(*row.half_width);
  return {*row.predicted / factor, *row.predicted * factor};
}

Json to_json(const validation::RowResult& row) {
  Json json = {{"id", row.id},
               {"source", row.source},
               {"vendor", row.vendor},
               {"kind", row.kind},
               {"cluster", row.cluster},
               {"software", row.software},
               {"split", row.split},
               {"metric", row.metric},
               {"metric_class", class_of(row.is_memory)},
               {"unit", row.unit},
               {"published", row.published},
               {"predicted", number_or_null(row.predicted)},
               {"relative_error", number_or_null(row.relative_error)},
               {"speed_log_error", number_or_null(row.speed_log_error)},
               {"status", row.is_skipped() ? "skipped" : "ok"},
               {"reason", row.is_skipped() ? Json(row.reason) : Json()},
               {"doubt", row.doubt.empty() ? Json() : Json(row.doubt)},
               {"memory_need", number_or_null(row.memory_need)}};
  json["interval"] = interval_of(row);
  json["filled"] = Json::array();
  for (const auto& filled : row.filled) {
    json["filled"].push_back(
        {{"column", filled.column}, {"value", filled.value}, {"why", filled.why}});
  }
  json["unplaced"] = Json::array();
  for (const auto& unplaced : row.unplaced) {
    json["unplaced"].push_back({{"column", unplaced.column}, {"text", unplaced.text}});
  }
  return json;
}

Json to_json(const validation::Summary& summary) {
  return {{"source", summary.source},
          {"vendor", summary.vendor},
          {"kind", summary.kind},
          {"metric_class", class_of(summary.is_memory)},
          {"split", summary.split},
          {"n", summary.n},
          {"skipped", summary.skipped},
          {"median_abs_error", summary.median_abs_error},
          {"mean_abs_error", summary.mean_abs_error},
          {"p90_abs_error", summary.p90_abs_error},
          {"bias", summary.bias},
          {"worst_id", summary.worst_id}};
}

Json to_json(const validation::SetResult& result) {
  return {{"name", result.set.name},
          {"judged_by", validation::name_of(result.set.judge)},
          {"split", result.set.split.empty() ? validation::kAll : result.set.split},
          {"n", result.n},
          {"skipped", result.skipped},
          {"value", number_or_null(result.value)},
          {"aim", result.set.aim},
          {"met", result.is_met()},
          {"bias", result.bias}};
}

Json to_json(const validation::HeldShare& coverage) {
  return {{"vendor", coverage.vendor},
          {"kind", coverage.kind},
          {"split", coverage.split},
          {"stack_known", !coverage.unknown},
          {"n", coverage.n},
          {"inside", coverage.inside},
          {"inside_as_new", coverage.inside_new},
          {"median_half_width", coverage.median_width}};
}

}  // namespace

std::string to_json(const validation::Validation& validation,
                    const std::vector<validation::HeldShare>& coverage) {
  Json json;
  json["rows"] = Json::array();
  for (const auto& row : validation.rows) json["rows"].push_back(to_json(row));
  json["summary"] = Json::array();
  for (const auto& summary : validation.summaries) json["summary"].push_back(to_json(summary));
  json["summary_beyond_doubt"] = Json::array();
  for (const auto& summary : validation.beyond_doubt) {
    json["summary_beyond_doubt"].push_back(to_json(summary));
  }
  json["summary_by_publication"] = Json::array();
  for (const auto& summary : by_publication(validation)) {
    json["summary_by_publication"].push_back(to_json(summary));
  }
  json["sets"] = Json::array();
  for (const auto& set : validation.sets) json["sets"].push_back(to_json(set));
  json["intervals"] = Json::array();
  for (const auto& group : coverage) json["intervals"].push_back(to_json(group));
  // Rows come from anywhere: bytes that are no UTF-8 are shown as such.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weft::report
