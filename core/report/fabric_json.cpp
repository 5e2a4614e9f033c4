#include "json_value.h"
#include "weft/report/fabric.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json price_json(const std::optional<base::Money>& price) {
  if (!price) return {};
  return {{"amount", price->amount}, {"currency", price->currency}};
}

Json to_json(const network::TierSurvey& tier) {
  return {{"name", tier.name},
          {"kind", tier.kind},
          {"link", tier.link},
          {"units", tier.units},
          {"children", tier.children},
          {"switches", tier.switches},
          {"switches_by_layer", tier.switches_by_layer},
          {"cables", tier.cables},
          {"optical_modules", tier.modules},
          {"device_ports", value_or_null(tier.device_ports)},
          {"switch_ports", value_or_null(tier.switch_ports)},
          {"switch_power_W", tier.switch_power.si()},
          {"module_power_W", tier.module_power.si()},
          {"bisection_of_one", tier.bisection.si()},
          {"spare_devices", tier.spares},
          {"spare_cables", tier.spare_cables},
          {"optics_price", price_json(tier.optics_price)},
          {"switch_price", price_json(tier.switch_price)},
          {"cable_price", price_json(tier.cable_price)}};
}

}  // namespace

std::string to_json(const network::Survey& survey) {
  const auto& worst = survey.worst;
  Json json = {{"schema", "weft.fabric/1"},
               {"cluster", survey.cluster},
               {"devices", survey.devices},
               {"hosts", survey.hosts},
               {"nodes", survey.nodes},
               {"from", survey.from_graph ? "graph" : "closed forms"},
               {"faults", survey.faults},
               {"parts", survey.parts.size()},
               {"is_whole", survey.parts.size() == 1},
               {"part_list", Json::array()},
               {"bisection", survey.bisection.si()},
               {"bisection_from", survey.bisection_from_graph ? "graph" : "closed forms"},
               {"diameter", value_or_null(worst.hops)},
               {"worst_pair",
                {{"from", worst.from},
                 {"to", worst.to},
                 {"hops", value_or_null(worst.hops)},
                 {"switches", worst.switches},
                 {"latency_s", worst.latency.si()}}},
               {"tiers", Json::array()}};
  for (const auto& part : survey.parts) {
    json["part_list"].push_back({{"devices", part.devices}, {"first_device", part.first}});
  }
  for (const auto& tier : survey.tiers) json["tiers"].push_back(to_json(tier));
  return json.dump(2) + "\n";
}

}  // namespace weft::report
