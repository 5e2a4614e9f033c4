#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "weft/report/uncertainty.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

// Neither infinity nor what is not a number has a word in JSON.
Json drawn_number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json drawn_json(const uncertainty::Interval& interval) {
  return {{"mode", drawn_number(interval.mode)},
          {"median", drawn_number(interval.median)},
          {"low", drawn_number(interval.low)},
          {"high", drawn_number(interval.high)},
          {"mean", drawn_number(interval.mean)},
          {"standard_deviation", drawn_number(interval.deviation)},
          {"standard_error_of_mean", drawn_number(interval.mean_error)},
          {"failed", interval.failed}};
}

Json drawn_columns_json(const std::vector<ask::Column>& columns,
                        const std::vector<uncertainty::Interval>& intervals) {
  Json json = Json::object();
  for (std::size_t c = 0; c < columns.size(); ++c) json[columns[c].name] = drawn_json(intervals[c]);
  return json;
}

Json drawn_inputs_json(const uncertainty::Answer& answer) {
  Json json = Json::array();
  for (const auto& input : answer.draws.inputs.all) {
    const auto& d = input.distribution;
    json.push_back(
        {{"input", input.name},
         {"distribution", d.kind == base::Distribution::Kind::kNormal       ? "normal"
                          : d.kind == base::Distribution::Kind::kTriangular ? "triangular"
                                                                            : "exact"},
         {"low", d.low},
         {"mode", d.mode},
         {"high", d.high},
         {"is_model_error", input.is_model_error}});
  }
  return json;
}

Json model_error_json(const std::optional<uncertainty::ModelError>& error) {
  if (!error || error->stack.empty()) return {};
  return {{"stack", error->stack},
          {"log_half_width", error->half_width},
          {"runs", error->runs},
          {"of", error->of},
          {"stack_known", error->is_stack_known}};
}

Json tornado_json(const uncertainty::Answer& answer, std::size_t row) {
  Json json = Json::array();
  for (const auto& bar : answer.tornadoes[row]) {
    json.push_back({{"input", answer.draws.inputs.all[bar.input].name},
                    {"at_5_percent", drawn_number(bar.at_low)},
                    {"at_95_percent", drawn_number(bar.at_high)}});
  }
  return json;
}

Json estimate_json(const uncertainty::Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Json indices_json(const uncertainty::Answer& answer, std::size_t row) {
  if (!answer.indices) return {};
  const auto& all = *answer.indices;
  const auto& indices = all.rows[row];
  Json json{{"points", indices.points},
            {"failed", indices.failed},
            {"variance", drawn_number(indices.variance)},
            {"share_of_variance_of_draws", drawn_number(all.share_drawn[row])},
            {"inputs", Json::array()}};
  for (std::size_t i = 0; i < indices.inputs.size(); ++i) {
    json["inputs"].push_back({{"input", answer.draws.inputs.all[all.chosen.inputs[i]].name},
                              {"first", estimate_json(indices.inputs[i].first)},
                              {"total", estimate_json(indices.inputs[i].total)}});
  }
  return json;
}

Json drawn_row_json(const uncertainty::Answer& answer, std::size_t row) {
  const auto& base = answer.draws.base[row];
  const auto& columns = answer.draws.columns;
  Json json{{"label", base.label},
            {"plan", base.plan},
            {"why_not", base.why_not},
            {"model_error", model_error_json(answer.draws.inputs.errors[row])},
            {"figures", drawn_columns_json(columns, answer.intervals[row])}};
  if (!answer.ratios.empty()) json["over_first"] = drawn_columns_json(columns, answer.ratios[row]);
  json["tornado"] = tornado_json(answer, row);
  if (answer.indices) json["indices"] = indices_json(answer, row);
  return json;
}

}  // namespace

std::string to_json(const uncertainty::Answer& answer) {
  Json json{{"schema", kUncertaintySchema},
            {"samples", answer.draws.rows.size()},
            {"design", uncertainty::name_of(answer.options.design)},
            {"seed", answer.options.seed},
            {"figure", answer.draws.columns[answer.figure].name},
            {"columns", Json::array()},
            {"inputs", drawn_inputs_json(answer)},
            {"rows", Json::array()}};
  for (const auto& column : answer.draws.columns) {
    json["columns"].push_back(
        {{"name", column.name}, {"unit", column.unit}, {"meaning", column.meaning}});
  }
  if (answer.indices) {
    json["left_at_modes"] = {{"inputs", answer.indices->chosen.left_out},
                             {"share_of_variance", answer.indices->chosen.share_left_out}};
  }
  for (std::size_t r = 0; r < answer.intervals.size(); ++r) {
    json["rows"].push_back(drawn_row_json(answer, r));
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
