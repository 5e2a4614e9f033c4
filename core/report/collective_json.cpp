#include "network_text.h"
#include "weft/report/collective.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;
using network::CollectiveAnswer;
using network::CollectiveRow;
using network::Fidelity;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

void add_question(const CollectiveAnswer& answer, Json& json) {
  const auto& q = answer.question;
  json["op"] = key_of(name_of(q.collective));
  json["cluster"] = answer.cluster;
  json["devices"] = answer.devices;
  json["group"] = q.ranks;
  json["stride"] = q.stride;
  json["fidelity"] = q.fidelity == Fidelity::kClosed ? "closed" : "flow";
  if (q.fidelity == Fidelity::kClosed) return;
  add_routes(q.routes, json);
  json["groups"] = q.groups;
  json["skew"] = q.skew;
}

void add_row(const CollectiveRow& row, Json& json) {
  json["bytes"] = row.bytes.si();
  json["algorithm"] = key_of(name_of(row.algorithm));
  json["low_latency"] = row.low_latency;
  json["time_s"] = row.time.si();
  json["bus_bandwidth"] = row.bus_bandwidth.si();
  json["algorithm_bandwidth"] = row.algorithm_bandwidth.si();
  json["lower_bound_s"] = row.lower_bound.si();
  json["bytes_per_tier"] = tiers_json(row.tiers);
  json["hot_links"] = hot_links_json(row.hot_links);
  json["events"] = row.events ? Json(*row.events) : Json();
  json["failed"] = row.failed;
  json["parted"] = parted_json(row.parted);
}

Json to_json(const network::PointResult& row) {
  const auto& point = *row.point;
  const bool has_time = point.time.si() > 0;
  Json json = {{"id", point.id},
               {"line", point.line},
               {"curve", point.curve},
               {"cluster", text_or_null(row.cluster)},
               {"op", point.operation},
               {"group", point.ranks},
               {"bytes", point.bytes.si()},
               {"metric", point.metric},
               {"unit", point.unit},
               {"published", point.published},
               {"published_time_s", has_time ? Json(point.time.si()) : Json()},
               {"time_s", number_or_null(row.predicted)},
               {"algorithm", text_or_null(row.algorithm)},
               {"relative_error", number_or_null(row.relative_error)},
               {"status", row.is_skipped() ? "skipped" : "ok"},
               {"reason", text_or_null(row.reason)},
               {"split", point.split},
               {"source", point.source},
               {"confidence", point.confidence}};
  if (has_time) json["published_bus_bandwidth"] = point.bus_bandwidth(point.time).si();
  return json;
}

Json to_json(const network::PointsSummary& summary) {
  const bool ran = summary.skipped < summary.n;
  const auto error = [&](double value) { return ran ? Json(value) : Json(); };
  return {{"curve", summary.curve},
          {"split", summary.split},
          {"n", summary.n},
          {"skipped", summary.skipped},
          {"median_abs_error", error(summary.median_abs_error)},
          {"p90_abs_error", error(summary.p90_abs_error)},
          {"bias", error(summary.bias)}};
}

}  // namespace

std::string to_json(const CollectiveAnswer& answer) {
  Json json = {{"schema", "weft.collective/1"}};
  add_question(answer, json);
  if (answer.rows.size() == 1) {
    add_row(answer.rows.front(), json);
  } else {
    json["rows"] = Json::array();
    for (const auto& row : answer.rows) add_row(row, json["rows"].emplace_back(Json::object()));
  }
  return json.dump(2) + "\n";
}

std::string to_json(const network::PointsAnswer& answer) {
  Json json = {{"rows", Json::array()}, {"summary", Json::array()}};
  for (const auto& row : answer.rows) json["rows"].push_back(to_json(row));
  for (const auto& summary : answer.summaries) json["summary"].push_back(to_json(summary));
  // Rows come from anywhere: bytes that are no UTF-8 are shown as such.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weft::report
