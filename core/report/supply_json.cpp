#include <nlohmann/json.hpp>

#include <cmath>

#include "supply_text.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;
using supply_study::Range;

Json range_json(const Range& range) {
  return {{"few_case", range.few_case},
          {"p5", range.p5},
          {"base", range.base},
          {"p95", range.p95},
          {"many_case", range.many_case}};
}

Json range_json(const std::optional<Range>& range) { return range ? range_json(*range) : Json(); }

Json or_null_if_infinite(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json product_json(const SupplyReport& report, const supply_study::QuarterAnswer& quarter,
                  std::size_t p) {
  const auto& flow = quarter.base.products[p];
  Json json = {{"product", report.question.made.line.products[p].name},
               {"is_made", flow.is_made},
               {"packages_begun", flow.begun},
               {"packages", range_json(quarter.product[p])},
               {"binding", flow.is_made ? Json(supply::name_of(flow.binding)) : Json()},
               {"next", flow.next ? Json(supply::name_of(*flow.next)) : Json()},
               {"slack", flow.next ? or_null_if_infinite(flow.slack) : Json()},
               {"limits", Json::object()}};
  for (std::size_t l = 0; l < supply::kLimits; ++l) {
    json["limits"][supply::name_of(static_cast<supply::Limit>(l))] =
        flow.is_made ? or_null_if_infinite(flow.limits[l]) : Json();
  }
  return json;
}

Json quarter_json(const SupplyReport& report, const supply_study::QuarterAnswer& quarter) {
  const auto& line = report.question.made.line;
  Json json = {{"quarter", quarter.base.quarter.text()},
               {"packages", range_json(quarter.packages)},
               {"dies", Json::array()},
               {"memory", Json::array()},
               {"products", Json::array()}};
  for (std::size_t d = 0; d < line.dies.size(); ++d) {
    const auto& flow = quarter.base.dies[d];
    json["dies"].push_back({{"name", line.dies[d].name},
                            {"wafers", flow.wafers},
                            {"good", flow.good},
                            {"lesser", flow.lesser},
                            {"from_bank", flow.from_bank},
                            {"used", flow.used},
                            {"left", flow.left}});
  }
  for (std::size_t m = 0; m < line.memory.size(); ++m) {
    const auto& flow = quarter.base.memory[m];
    json["memory"].push_back({{"name", line.memory[m].name},
                              {"arrived", flow.arrived},
                              {"used", flow.used},
                              {"left", flow.left}});
  }
  for (std::size_t p = 0; p < line.products.size(); ++p) {
    json["products"].push_back(product_json(report, quarter, p));
  }
  return json;
}

Json years_json(const SupplyReport& report) {
  Json all = Json::array();
  for (const auto& year : report.answer.years) {
    Json json = {{"year", year.year},
                 {"packages", range_json(year.packages)},
                 {"dies_in_packages", range_json(year.dies)},
                 {"products", Json::object()}};
    for (std::size_t p = 0; p < year.product.size(); ++p) {
      json["products"][report.question.made.line.products[p].name] = range_json(year.product[p]);
    }
    all.push_back(std::move(json));
  }
  return all;
}

Json clusters_json(const SupplyReport& report) {
  Json all = Json::array();
  for (const auto& count : report.answer.clusters) {
    Json json = {{"cluster", report.study.cases[count.study_case].cluster.label},
                 {"chip", count.chip},
                 {"packages", count.packages},
                 {"optical_modules", count.optical_modules},
                 {"by_quarter", Json::array()}};
    for (std::size_t q = 0; q < count.by_quarter.size(); ++q) {
      json["by_quarter"].push_back({{"quarter", report.answer.quarters[q].base.quarter.text()},
                                    {"clusters", range_json(count.by_quarter[q])},
                                    {"is_bound_by_optics", bool(count.is_bound_by_optics[q])}});
    }
    all.push_back(std::move(json));
  }
  return all;
}

Json worth_json(const SupplyReport& report) {
  Json all = Json::array();
  for (const auto& worth : report.answer.worth) {
    const auto& foreign = report.study.cases[worth.foreign_case].cluster;
    all.push_back({{"product", report.question.made.line.products[worth.product].name},
                   {"foreign_chip", foreign.chip.id},
                   {"foreign_cluster", foreign.label},
                   {"trained_tokens", worth.tokens ? Json(*worth.tokens) : Json()},
                   {"dense_peak", worth.peak}});
  }
  return all;
}

Json year_worth_json(const SupplyReport& report) {
  Json all = Json::array();
  for (const auto& worth : report.answer.year_worth) {
    Json json = {{"foreign_chip", report.study.cases[worth.foreign_case].cluster.chip.id},
                 {"years", Json::array()}};
    for (std::size_t y = 0; y < worth.tokens.size(); ++y) {
      json["years"].push_back({{"year", report.answer.years[y].year},
                               {"by_trained_tokens", range_json(worth.tokens[y])},
                               {"by_dense_peak", range_json(worth.peak[y])}});
    }
    all.push_back(std::move(json));
  }
  return all;
}

Json foreign_json(const SupplyReport& report) {
  Json all = Json::array();
  for (const auto& year : report.answer.foreign) {
    Json json = {{"year", year.year}};
    for (std::size_t k = 0; k < supply_study::kCountings; ++k) {
      Json reading = {{"packages", range_json(year.packages[k])}};
      for (std::size_t m = 0; m < supply_study::kMetrics; ++m) {
        reading[supply_study::name_of(static_cast<supply_study::Metric>(m))] =
            range_json(year.metrics[m][k]);
      }
      json[std::string("counted_in_") + counting_text(k)] = std::move(reading);
    }
    all.push_back(std::move(json));
  }
  return all;
}

Json claims_json(const SupplyReport& report) {
  Json all = Json::array();
  for (const auto& answer : report.answer.claims) {
    const auto& claim = answer.claim;
    Json json = {{"id", claim.id},
                 {"metric", supply_study::name_of(claim.metric)},
                 {"year", claim.year},
                 {"claimed", claim.value},
                 {"packages", claim.packages ? Json(*claim.packages) : Json()},
                 {"source", claim.source}};
    for (std::size_t k = 0; k < supply_study::kCountings; ++k) {
      const auto key = std::string("counted_in_") + counting_text(k);
      json[key] = {
          {"found", range_json(answer.found[k])},
          {"is_inside",
           answer.found[k] ? Json(answer.holds(static_cast<supply_study::Counting>(k))) : Json()}};
    }
    all.push_back(std::move(json));
  }
  return all;
}

Json published_json(const SupplyReport& report) {
  Json all = Json::array();
  for (const auto& answer : report.answer.published) {
    const auto& row = answer.published;
    all.push_back({{"id", row.id},
                   {"year", row.year},
                   {"products", row.products},
                   {"counts", row.counts_dies ? "dies" : "packages"},
                   {"published", {row.low, row.high}},
                   {"found", range_json(answer.found)},
                   {"is_inside", answer.is_inside()},
                   {"by_construction", row.by_construction},
                   {"source", row.source}});
  }
  return all;
}

Json inputs_json(const SupplyReport& report) {
  Json all = Json::array();
  for (const auto& input : report.answer.inputs) {
    all.push_back({{"path", input.path},
                   {"date", input.date},
                   {"value", input.value},
                   {"source", input.source},
                   {"confidence", input.confidence},
                   {"disputed", input.disputed}});
  }
  return all;
}

}  // namespace

std::string to_json(const SupplyReport& report) {
  const auto& question = report.question;
  Json json = {{"schema", kSupplySchema},
               {"study", report.study.file},
               {"line", question.made.line.id},
               {"name", question.made.line.name},
               {"against", question.other ? Json(question.other->line.id) : Json()},
               {"from", question.from.text()},
               {"to", question.to.text()},
               {"spares", question.spares},
               {"returns", question.returns},
               {"attrition", question.attrition},
               {"samples", question.samples},
               {"seed", question.seed},
               {"quarters", Json::array()}};
  for (const auto& quarter : report.answer.quarters) {
    json["quarters"].push_back(quarter_json(report, quarter));
  }
  json["not_limits"] = supply_not_limits(report);
  json["years"] = years_json(report);
  json["clusters"] = clusters_json(report);
  json["worth"] = worth_json(report);
  json["year_worth"] = year_worth_json(report);
  json["foreign"] = foreign_json(report);
  json["claims"] = claims_json(report);
  json["published"] = published_json(report);
  json["movers"] = Json::array();
  for (const auto& mover : report.answer.movers) {
    json["movers"].push_back({{"input", mover.input}, {"ratios", {mover.low, mover.high}}});
  }
  json["inputs"] = inputs_json(report);
  return json.dump(2) + "\n";
}

}  // namespace weft::report
