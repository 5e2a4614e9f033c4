#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "json_value.h"
#include "plan_value.h"
#include "weft/report/size.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json check_json(const size::Check& check) {
  Json json{{"target", size::name_of(check.target)},
            {"allowed", check.allowed},
            {"needed", number_or_null(check.needed)},
            {"holds", check.holds()}};
  if (!check.currency.empty()) json["currency"] = check.currency;
  return json;
}

Json fabric_lines_json(const size::Design& design) {
  Json lines = Json::array();
  for (const auto& line : design.fabric) {
    lines.push_back({{"name", line.name},
                     {"switch_layers", line.layers > 0 ? Json(line.layers) : Json()},
                     {"oversubscription", line.oversubscription},
                     {"switches", line.switches},
                     {"links", line.links},
                     {"optical_modules", line.optical_modules}});
  }
  return lines;
}

void add_outcome(const size::Design& design, Json& json) {
  const auto& outcome = *design.outcome;
  const auto wall = design.wall();
  json["plan"] = plan_json(outcome.plan);
  json["devices_used"] = outcome.devices_used;
  json["step_s"] = outcome.ledger.step.si();
  json["tokens_per_s"] = outcome.tokens_per_second;
  json["mfu"] = outcome.mfu;
  json["ettr"] = outcome.goodput.ettr;
  json["wall_s"] = wall ? Json(wall->si()) : Json();
  json["fitted"] = outcome.evidence.is_fitted;
  json["mean_W"] = outcome.bill.mean.total().si();
  json["peak_W"] = outcome.bill.peak.total().si();
  json["energy_J"] = outcome.bill.energy.si();
  json["carbon_kg"] = outcome.bill.carbon_kg;
  json["checkpoint"] = {{"size_bytes", design.storage.bytes.si()},
                        {"write_bytes_per_s", design.storage.write.si()},
                        {"write_in_file_bytes_per_s", design.storage.written.si()},
                        {"pause_share", design.storage.pause},
                        {"reaches", design.storage.reaches}};
}

Json money_json(const size::Design& design) {
  const auto& money = design.money;
  return {{"currency", money.currency},
          {"capital", money.capital ? Json(money.capital->total()) : Json()},
          {"own_run", money.run && money.owned ? Json(money.run->own) : Json()},
          {"rent_run", money.run ? number_or_null(money.run->rent) : Json()}};
}

Json design_json(const size::Design& design) {
  const auto& spares = design.spares;
  Json json{{"label", design.label},
            {"hosts", design.hosts},
            {"packages", design.packages},
            {"devices", design.devices},
            {"oversubscription", design.oversubscription},
            {"spares",
             {{"hosts_wanted", spares.wanted},
              {"hosts_idle_in_cluster", spares.in_place},
              {"hosts_added", spares.added},
              {"hosts_out_mean", spares.out},
              {"repairs", spares.repairs}}},
            {"all_packages", design.all_packages()},
            {"racks", design.racks > 0 ? Json(design.racks) : Json()},
            {"fabric", fabric_lines_json(design)},
            {"meets_all", design.meets_all()},
            {"targets", Json::array()}};
  for (const auto& check : design.checks) json["targets"].push_back(check_json(check));
  const auto* binding = design.binding();
  json["binds"] = binding != nullptr ? Json(size::name_of(binding->target)) : Json();
  json["money"] = money_json(design);
  if (design.outcome) add_outcome(design, json);
  if (!design.reason.empty()) json["reason"] = design.reason;
  return json;
}

// A size that was looked at, in few words.
Json looked_at_json(const size::Design& design) {
  const auto wall = design.wall();
  return {{"hosts", design.hosts},
          {"oversubscription", design.oversubscription},
          {"wall_s", wall ? Json(wall->si()) : Json()},
          {"own_or_rent_run", number_or_null(design.run_cost())},
          {"mean_W", design.outcome ? Json(design.outcome->bill.mean.total().si()) : Json()},
          {"meets_all", design.meets_all()}};
}

Json number_of_design(const size::OfferAnswer& offer, const std::optional<std::size_t>& design) {
  return design ? design_json(offer.examined[*design]) : Json();
}

Json facts_json(const size::OfferAnswer& offer) {
  Json facts = Json::array();
  for (const auto& fact : offer.facts) {
    facts.push_back({{"what", fact.what},
                     {"value", fact.value},
                     {"date", fact.date},
                     {"source", fact.source},
                     {"confidence", fact.confidence}});
  }
  return facts;
}

Json models_json(const size::OfferAnswer& offer) {
  Json models = Json::array();
  for (const auto& row : offer.models) {
    models.push_back({{"model", row.name},
                      {"parameters", row.parameters},
                      {"active_parameters", row.active},
                      {"tokens", row.tokens},
                      {"design", design_json(offer.examined[row.design])}});
  }
  return models;
}

Json offer_json(const size::OfferAnswer& offer) {
  Json json{{"cluster", offer.name},
            {"unit", offer.unit},
            {"unit_hosts", offer.unit_hosts},
            {"found", Json::object()}};
  for (const auto& found : offer.found) {
    json["found"][size::name_of(found.aim)] = design_json(offer.examined[found.design]);
  }
  json["in_time"] = number_of_design(offer, offer.in_time);
  json["within_other_targets"] = number_of_design(offer, offer.within);
  json["limit"] = offer.limit;
  json["least_hosts_at_peak"] = offer.least_hosts;
  json["looked_at"] = Json::array();
  for (const auto& design : offer.examined) json["looked_at"].push_back(looked_at_json(design));
  if (offer.tokens > 0) json["tokens"] = offer.tokens;
  if (!offer.models.empty()) json["models"] = models_json(offer);
  json["facts"] = facts_json(offer);
  return json;
}

}  // namespace

std::string to_json(const size::Answer& answer) {
  const auto& question = answer.question;
  Json json{{"schema", kSizeSchema},
            {"name", question.name},
            {"model", answer.job.model.name},
            {"tokens", answer.job.tokens},
            {"find", Json::array()},
            {"spare_level", question.spares.share ? Json() : Json(question.spares.level)},
            {"spacing", question.offers.front().sizes.spacing},
            {"offers", Json::array()}};
  for (const auto aim : question.aims) json["find"].push_back(size::name_of(aim));
  for (const auto& offer : answer.offers) json["offers"].push_back(offer_json(offer));
  return json.dump(2) + "\n";
}

}  // namespace weft::report
