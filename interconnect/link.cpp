#include "weft/interconnect/link.h"

#include <array>

namespace weft::interconnect {

namespace {

// 30 pJ/byte: a link with both ends, the order of magnitude of published SerDes and optics budgets.
constexpr base::EnergyPerByte kDefaultEnergy{30e-12};

// A share of nominal: more than 0, at most 1.
double share(base::Fields& fields, const char* key, double fallback) {
  const double value = fields.number(key, fallback);
  if (value > 0 && value <= 1) return value;
  const auto node = fields.value(key);
  fields.reading().error(node ? *node : fields.node(), "a share of nominal lies in (0, 1]");
  return fallback;
}

// A time, size or energy that is 0 or more.
template <class Q>
Q at_least_zero(base::Fields& fields, const char* key, Q value) {
  if (value.si() >= 0) return value;
  const auto node = fields.value(key);
  fields.reading().error(node ? *node : fields.node(), "this cannot be negative");
  return Q();
}

template <class Q>
Q optional(base::Fields& fields, const char* key, Q fallback = Q()) {
  return at_least_zero(fields, key, fields.quantity<Q>(key, fallback));
}

std::optional<base::Money> price(base::Fields& fields, const char* key) {
  auto money = fields.maybe_money(key);
  if (!money || money->amount >= 0) return money;
  fields.reading().error(*fields.value(key), "this cannot be negative");
  return std::nullopt;
}

InSwitchReduction read_in_switch(base::Fields fields) {
  InSwitchReduction reduction;
  reduction.minimum_ranks = fields.small_integer("minimum_ranks", 2, 2);
  reduction.efficiency = share(fields, "efficiency", 1.0);
  reduction.latency = optional<base::Time>(fields, "latency");
  fields.finish();
  return reduction;
}

constexpr std::array<const char*, 3> kModules = {"retimed", "linear", "coherent"};

Optics read_optics(base::Fields fields) {
  Optics optics;
  if (fields.has("kind")) {
    optics.kind = kModules.at(fields.choice("kind", {kModules.begin(), kModules.end()}));
  }
  optics.modules_per_link = fields.number("modules_per_link");
  if (!(optics.modules_per_link >= 0)) {
    const auto node = fields.value("modules_per_link");
    fields.reading().error(node ? *node : fields.node(), "this cannot be negative");
    optics.modules_per_link = 0;
  }
  optics.module_power = optional<base::Power>(fields, "module_power");
  optics.module_price = price(fields, "module_price");
  fields.finish();
  return optics;
}

LowLatency read_low_latency(base::Fields fields) {
  LowLatency low;
  low.latency = at_least_zero(fields, "latency", fields.quantity<base::Time>("latency"));
  low.efficiency = share(fields, "efficiency", 1.0);
  fields.finish();
  return low;
}

}  // namespace

Link read_link(const base::Document& document, base::Reading& reading) {
  base::Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  Link link;
  link.name = fields.text("name");
  link.bandwidth = fields.quantity<base::Bandwidth>("bandwidth");
  if (!(link.bandwidth.si() > 0)) {
    const auto node = fields.value("bandwidth");
    if (node) reading.error(*node, "a link's bandwidth is more than 0");
    link.bandwidth = base::Bandwidth(1);
  }
  link.lanes = fields.small_integer("lanes", 1, 1);
  link.latency = at_least_zero(fields, "latency", fields.quantity<base::Time>("latency"));
  link.switch_latency = optional<base::Time>(fields, "switch_latency");
  link.efficiency = share(fields, "efficiency", 1.0);
  link.all_to_all_efficiency = share(fields, "all_to_all_efficiency", link.efficiency);
  link.half_size = optional<base::Bytes>(fields, "half_size");
  link.call_overhead = optional<base::Time>(fields, "call_overhead");
  link.energy_per_byte = optional(fields, "energy_per_byte", kDefaultEnergy);
  if (auto reduction = fields.maybe_map("in_switch_reduction")) {
    link.in_switch_reduction = read_in_switch(*reduction);
  }
  if (auto low = fields.maybe_map("low_latency")) link.low_latency = read_low_latency(*low);
  if (auto optics = fields.maybe_map("optics")) link.optics = read_optics(*optics);
  link.cable_price = price(fields, "cable_price");
  link.port_price = price(fields, "port_price");
  fields.finish();
  return link;
}

}  // namespace weft::interconnect
