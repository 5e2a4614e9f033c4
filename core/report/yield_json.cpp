#include <nlohmann/json.hpp>

#include "weft/report/yield.h"
#include "yield_text.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;
using yield::Answer;
using yield::YieldFigure;

constexpr std::array<const char*, yield::kFigures> kFigureNames = {"defect_density_per_m2",
                                                                   "perfect_yield",
                                                                   "sold_yield",
                                                                   "good_packages_per_wafer",
                                                                   "p_latent",
                                                                   "early_failures_per_10000",
                                                                   "cost"};

Json bin_json(const manufacturing::Bin& bin) {
  return {{"name", bin.name},
          {"sold_as", bin.sold_as.empty() ? Json() : Json(bin.sold_as)},
          {"cores", bin.cores},
          {"clock_Hz", bin.clock.si() > 0 ? Json(bin.clock.si()) : Json()},
          {"clock_factor", bin.clock_factor},
          {"memory_stacks", bin.stacks},
          {"die_share", bin.die_share},
          {"packages_per_wafer", bin.packages},
          {"share", bin.share},
          {"p_latent_die", bin.latent_per_die},
          {"p_latent", bin.p_latent},
          {"passed_burn_in", bin.passed_burn_in},
          {"defects_per_die", bin.defects}};
}

Json cost_json(const std::optional<manufacturing::Cost>& cost) {
  if (!cost) return {};
  return {{"currency", cost->currency}, {"dies", cost->dies}, {"memory", cost->memory},
          {"assembly", cost->assembly}, {"test", cost->test}, {"burn_in", cost->burn_in},
          {"total", cost->total()}};
}

Json reported_json(const manufacturing::Manufacturing& made) {
  if (!made.reported) return {};
  return {{"value", made.reported->value},
          {"scope", text_of(made.reported->scope)},
          {"counts", text_of(made.reported->counts)}};
}

Json share_json(const manufacturing::SimulatedShare& share) {
  return {{"mean", share.mean},
          {"standard_error", share.standard_error},
          {"predicted", share.predicted}};
}

Json drawn_json(const Answer& answer) {
  if (!answer.drawn) return {};
  Json json = {{"wafers", answer.drawn->wafers}, {"bins", Json::array()}};
  for (const auto& bin : answer.drawn->bins) {
    json["bins"].push_back({{"dies", share_json(bin.dies)}, {"latent", share_json(bin.latent)}});
  }
  return json;
}

Json swing_json(const yield::Swing& swing) {
  Json json = {{"input", swing.path},
               {"low", swing.distribution.low},
               {"mode", swing.distribution.mode},
               {"high", swing.distribution.high},
               {"ratios", Json::object()}};
  for (std::size_t f = 0; f < yield::kFigures; ++f) {
    json["ratios"][kFigureNames[f]] = {swing.low[f], swing.high[f]};
  }
  return json;
}

}  // namespace

std::string to_json(const Answer& answer) {
  const auto& made = answer.made;
  const auto& bins = answer.bins;
  Json json = {{"schema", "weft.yield/1"},
               {"chip", answer.chip.id},
               {"name", answer.chip.name},
               {"law", made.law->name},
               {"clustering", made.parameters.clustering},
               {"layers", made.parameters.layers},
               {"reported_yield", reported_json(made)},
               {"printed_dies", bins.printed_dies},
               {"estimated_dies", bins.estimated_dies},
               {"test_escapes", bins.escapes},
               {"package_yield", bins.package_yield},
               {"passed_burn_in", bins.passed_burn_in},
               {"weak_units",
                {{"shape", bins.survival.shape},
                 {"life_s", bins.survival.life.si()},
                 {"aged_s", bins.survival.aged.si()},
                 {"silent", made.latent.silent}}},
               {"cost_parts", cost_json(bins.cost)},
               {"samples", answer.samples},
               {"samples_left_out", answer.impossible}};
  for (std::size_t f = 0; f < yield::kFigures; ++f) {
    const bool is_known =
        static_cast<YieldFigure>(f) != YieldFigure::kCost || bins.cost.has_value();
    json[kFigureNames[f]] = is_known ? Json(answer.figures[f]) : Json();
    json["intervals"][kFigureNames[f]] =
        is_known ? Json{answer.intervals[f].low, answer.intervals[f].high} : Json();
  }
  json["bins"] = Json::array();
  for (const auto& bin : bins.bins) json["bins"].push_back(bin_json(bin));
  json["by_law"] = Json::array();
  for (const auto& law : answer.by_law) {
    json["by_law"].push_back({{"law", law.law},
                              {"defect_density_per_m2", law.density.si()},
                              {"perfect_yield", law.perfect},
                              {"sold_yield", law.sold}});
  }
  json["burn_in"] = Json::array();
  for (const auto& point : answer.burn_in) {
    json["burn_in"].push_back({{"time_s", point.time.si()},
                               {"lost", point.lost},
                               {"early_failures_per_10000", point.failures},
                               {"good_packages_per_wafer", point.packages},
                               {"cost", point.cost ? Json(*point.cost) : Json()}});
  }
  json["drawn"] = drawn_json(answer);
  json["swings"] = Json::array();
  for (const auto& swing : answer.swings) json["swings"].push_back(swing_json(swing));
  json["assumed"] = Json::array();
  for (const auto& fact : answer.assumed) {
    json["assumed"].push_back(
        {{"path", fact.path}, {"value", fact.value}, {"confidence", fact.confidence}});
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
