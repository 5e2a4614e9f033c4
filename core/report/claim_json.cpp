#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "claim_text.h"
#include "json_value.h"
#include "weft/report/claim.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json claim_number_json(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json needs_json(const claim::TestAnswer& answer) {
  Json json = Json::array();
  for (const auto& need : answer.needs) {
    json.push_back({{"input", need.input},
                    {"now", need.now},
                    {"needed", need.needed ? Json(*need.needed) : Json()},
                    {"factor", need.needed ? Json(need.factor) : Json()},
                    {"within_range", need.is_within}});
  }
  return json;
}

Json predicted_json(const uncertainty::Interval& interval) {
  return {{"mode", claim_number_json(interval.mode)},
          {"median", claim_number_json(interval.median)},
          {"low", claim_number_json(interval.low)},
          {"high", claim_number_json(interval.high)},
          {"draws", interval.draws},
          {"failed", interval.failed}};
}

Json claim_test_json(const claim::Test& test, const claim::TestAnswer& answer) {
  Json json{{"label", test.label},
            {"figure", figure_name(answer, test)},
            {"metric", answer.metric},
            {"unit", answer.unit},
            {"row", answer.row},
            {"plan", answer.plan},
            {"verdict", claim::name_of(answer.verdict)}};
  if (!test.read_as.empty()) json["read_as"] = test.read_as;
  if (!answer.is_known()) {
    json["reason"] = answer.reason;
    return json;
  }
  json["predicted"] = predicted_json(answer.predicted);
  if (answer.claimed) {
    json["claimed"] = {{"text", test.value->text()}, {"value", answer.claimed->value}};
    json["best"] = claim_number_json(answer.best);
    json["share_met"] = number_or_null(answer.share_met);
    json["claimed_over_predicted"] = claim_number_json(answer.margin->ratio);
  }
  json["movers"] = Json::array();
  for (const auto& mover : answer.movers) {
    json["movers"].push_back({{"input", mover.input},
                              {"at_low", claim_number_json(mover.at_low)},
                              {"at_high", claim_number_json(mover.at_high)}});
  }
  json["needs"] = needs_json(answer);
  return json;
}

// A field of a CSV that may hold commas.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

std::string csv_number(double value) {
  return std::isfinite(value) ? fmt::format("{:.6g}", value) : "";
}

}  // namespace

std::string to_json(const Claims& claims) {
  Json json{{"schema", kClaimSchema}, {"claims", Json::array()}};
  for (const auto& answer : claims) {
    const auto& claim = answer.claim;
    Json one{{"id", claim.id},
             {"claimant", claim.claimant},
             {"date", claim.date},
             {"says", claim.says},
             {"source", claim.source},
             {"confidence", claim.confidence},
             {"verdict", claim::name_of(answer.verdict)}};
    if (!claim.note.empty()) one["note"] = claim.note;
    if (!claim.is_testable()) one["because"] = claim.because;
    one["tests"] = Json::array();
    for (std::size_t t = 0; t < answer.tests.size(); ++t) {
      one["tests"].push_back(claim_test_json(claim.tests[t], answer.tests[t]));
    }
    json["claims"].push_back(std::move(one));
  }
  return json.dump(2) + "\n";
}

std::string to_csv(const Claims& claims) {
  std::string text =
      "id,test,claimant,date,figure,unit,claimed,mode,median,low,high,share_met,best,verdict\n";
  for (const auto& answer : claims) {
    const auto& claim = answer.claim;
    if (!claim.is_testable()) {
      text += fmt::format("{},,{},{},,,,,,,,,,not testable\n", claim.id, quoted(claim.claimant),
                          claim.date);
    }
    for (std::size_t t = 0; t < answer.tests.size(); ++t) {
      const auto& test = claim.tests[t];
      const auto& one = answer.tests[t];
      text += fmt::format(
          "{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", claim.id, quoted(test.label),
          quoted(claim.claimant), claim.date, quoted(figure_name(one, test)), one.unit,
          one.claimed ? csv_number(one.claimed->value) : "", csv_number(one.predicted.mode),
          csv_number(one.predicted.median), csv_number(one.predicted.low),
          csv_number(one.predicted.high), one.share_met ? csv_number(*one.share_met) : "",
          one.claimed ? csv_number(one.best) : "", claim::name_of(one.verdict));
    }
  }
  return text;
}

}  // namespace weft::report
