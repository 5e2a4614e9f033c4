#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "json_value.h"
#include "weft/report/cost.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

// Neither infinity nor what is not a number has a word in JSON.
Json known_json(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json figures_json(const cost::Figures& figures) {
  Json json = Json::object();
  for (std::size_t f = 0; f < cost::kFigureCount; ++f) {
    json[cost::name_of(static_cast<cost::Figure>(f))] = known_json(figures[f]);
  }
  return json;
}

Json capital_json(const site::Capital& capital) {
  return {{"hosts", capital.hosts},           {"network", capital.network},
          {"storage", capital.storage},       {"installation", capital.installation},
          {"parts_on_shelf", capital.spares}, {"hall", capital.building},
          {"total", capital.total()}};
}

Json hourly_json(const site::HourlyCost& hourly) {
  return {{"depreciation", hourly.depreciation},
          {"interest", hourly.interest},
          {"space", hourly.space},
          {"maintenance", hourly.maintenance},
          {"staff", hourly.staff},
          {"repairs", hourly.repairs},
          {"energy", hourly.energy},
          {"total", hourly.total()}};
}

Json footprint_json(const cost::Footprint& footprint) {
  return {{"time_s", footprint.time.si()},
          {"at_meter_J", footprint.at_meter.si()},
          {"by_limit_J", footprint.by_limit.si()},
          {"carbon_kg", footprint.carbon_kg},
          {"carbon_in_cleanest_hours_kg", footprint.carbon_kg * footprint.carbon_cleanest},
          {"water_L", footprint.water_litres}};
}

Json ends_json(double low, double high) { return {known_json(low), known_json(high)}; }

Json labs_json(const cost::Answer& answer, const cost::CaseAnswer& one,
               const cost::Ranges& ranges) {
  Json labs = Json::array();
  for (std::size_t l = 0; l < one.labs.size(); ++l) {
    const auto& line = one.labs[l];
    const auto& low = ranges.labs_low[l];
    const auto& high = ranges.labs_high[l];
    labs.push_back({{"name", answer.question.terms.labs[l].name},
                    {"fees", line.fees},
                    {"revenue", line.revenue},
                    {"rent_package_hour", line.rent},
                    {"packages_rented", line.packages},
                    {"capital", known_json(line.capital)},
                    {"own", known_json(line.own)},
                    {"break_even_utilisation", known_json(line.break_even)},
                    {"range_ratios",
                     {{"packages_rented", ends_json(low[0], high[0])},
                      {"own", ends_json(low[1], high[1])},
                      {"break_even_utilisation", ends_json(low[2], high[2])}}}});
  }
  return labs;
}

Json ranges_json(const cost::Ranges& ranges) {
  Json json{{"low", figures_json(ranges.low)},
            {"high", figures_json(ranges.high)},
            {"inputs", Json::array()}};
  for (const auto& effect : ranges.effects) {
    json["inputs"].push_back({{"input", effect.input},
                              {"low", effect.distribution.low},
                              {"mode", effect.distribution.mode},
                              {"high", effect.distribution.high},
                              {"ratio_low", figures_json(effect.low)},
                              {"ratio_high", figures_json(effect.high)}});
  }
  return json;
}

Json cost_case_json(const cost::Answer& answer, std::size_t number) {
  const auto& one = answer.cases[number];
  Json json{{"cluster", one.label}, {"site", one.site}, {"currency", one.currency}};
  if (one.reason) {
    json["reason"] = *one.reason;
    return json;
  }
  json["packages"] = one.packages;
  json["rated_W"] = one.rated.si();
  json["mean_W"] = one.mean.si();
  json["goodput"] = one.goodput;
  json["tokens_per_s"] = number_or_null(one.tokens_per_second);
  json["capital"] = one.capital ? capital_json(*one.capital) : Json();
  json["hourly"] = one.owned ? hourly_json(one.hourly) : Json();
  json["rent_at_start"] = number_or_null(one.rent_at_start);
  json["commitment_discount"] = one.committed;
  json["break_even_month"] = one.month ? Json(*one.month) : Json();
  json["figures"] = figures_json(one.figures);
  json["range_ratios"] = ranges_json(answer.ranges[number]);
  json["footprint"] = footprint_json(one.footprint);
  json["run"] = Json();
  if (one.run) {
    json["run"] = {{"own", one.owned ? Json(one.run->own) : Json()},
                   {"rent", number_or_null(one.run->rent)}};
  }
  json["own_hour_at_first_tariff"] = number_or_null(one.own_at_first_tariff);
  json["repairs"] = Json::array();
  for (const auto& line : one.repairs) {
    json["repairs"].push_back({{"component", line.component},
                               {"a_year", line.a_year},
                               {"on_shelf", line.on_shelf},
                               {"price", line.price}});
  }
  json["labs"] = labs_json(answer, one, answer.ranges[number]);
  return json;
}

}  // namespace

std::string to_json(const cost::Answer& answer) {
  const auto& terms = answer.question.terms;
  Json json{{"schema", kCostSchema},
            {"start", terms.start ? Json(terms.start_text) : Json()},
            {"months", terms.months},
            {"utilisation",
             {{"start", terms.use.start},
              {"steady", terms.use.steady},
              {"ramp_months", terms.use.ramp_months}}},
            {"cases", Json::array()},
            {"prices", Json::array()}};
  for (std::size_t c = 0; c < answer.cases.size(); ++c) {
    json["cases"].push_back(cost_case_json(answer, c));
  }
  for (const auto& fact : answer.question.facts) {
    json["prices"].push_back({{"what", fact.what},
                              {"value", fact.value},
                              {"date", fact.date},
                              {"source", fact.source},
                              {"confidence", fact.confidence}});
  }
  return json.dump(2) + "\n";
}

std::string published_json(const std::vector<cost::PublishedRow>& rows) {
  Json json{{"schema", "weft.cost_published/1"}, {"rows", Json::array()}};
  for (const auto& row : rows) {
    json["rows"].push_back({{"id", row.id},
                            {"what", row.what},
                            {"unit", row.unit},
                            {"published_low", number_or_null(row.low)},
                            {"published_high", number_or_null(row.high)},
                            {"predicted", row.predicted},
                            {"error", number_or_null(row.error())},
                            {"by_limit", number_or_null(row.by_limit)},
                            {"at_meter", number_or_null(row.at_meter)},
                            {"by_construction", row.by_construction},
                            {"source", row.source}});
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
