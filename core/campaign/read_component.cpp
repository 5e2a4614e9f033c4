#include <array>
#include <utility>

#include "weft/campaign/policy.h"

namespace weft::campaign {

namespace {

using HazardPerByte = decltype(base::Rate() / base::Bytes());

// In the order of Unit.
const std::vector<std::string>& unit_names() {
  static const std::vector<std::string> kNames = {
      "device", "package", "memory", "host", "nic",          "switch", "optical_module",
      "job",    "psu",     "cable",  "rack", "cooling_loop", "site",   "storage"};
  return kNames;
}

// In the order of Scope.
const std::vector<std::string>& scope_names() {
  static const std::vector<std::string> kNames = {
      "device", "host", "rail", "link", "switch", "rack", "cooling_loop", "site", "job"};
  return kNames;
}

void complain(base::Fields& fields, const char* key, const char* message) {
  const auto value = fields.value(key);
  fields.reading().error(value ? *value : fields.node(), message);
}

double read_part(base::Fields& fields, const char* key, double fallback) {
  const double value = fields.number(key, fallback);
  if (value >= 0.0 && value <= 1.0) return value;
  complain(fields, key, "a share between 0 and 100 % is expected here");
  return fallback;
}

// Memory fails in proportion to its capacity: "42.4 FIT/GB".
base::Rate read_rate(base::Fields& fields, Unit unit) {
  const double rate = unit == Unit::kMemoryByte ? fields.quantity<HazardPerByte>("rate").si()
                                                : fields.quantity<base::Rate>("rate").si();
  if (rate < 0.0) complain(fields, "rate", "must not be negative");
  return base::Rate(rate);
}

void read_law_of(base::Fields& fields, Component& component) {
  const auto node = fields.value("law");
  // A law may say it all; a constant one is its rate.
  const bool has_rate = fields.has("rate") || !node || !node->is_map();
  if (has_rate) component.hazard = read_rate(fields, component.unit);
  if (!node) return;
  auto law = read_law(*node, fields.reading(), fields.name() + ".law", component.hazard);
  if (law->constant() < 0.0) component.law = std::move(law);
}

// Bytes and jobs are no units that age or differ.
void refuse_ageing(base::Fields& fields, const Component& component) {
  if (component.unit != Unit::kMemoryByte && component.unit != Unit::kJob) return;
  const std::array<std::pair<const char*, bool>, 4> unfit = {
      {{"law", component.law != nullptr},
       {"frailty", component.frailty.kind == Frailty::Kind::kGamma},
       {"lemons", component.frailty.kind == Frailty::Kind::kLemons},
       {"bad_batch", component.bad_batch.has_value()}}};
  for (const auto& [key, is_used] : unfit) {
    if (is_used) complain(fields, key, "only what stands `per` device or larger ages or differs");
  }
}

Frailty read_frailty(base::Fields& fields) {
  Frailty frailty;
  if (auto gamma = fields.maybe_map("frailty")) {
    frailty.kind = Frailty::Kind::kGamma;
    frailty.variance = gamma->number("variance");
    if (frailty.variance < 0.0) complain(*gamma, "variance", "must not be negative");
    gamma->finish();
  }
  if (auto lemons = fields.maybe_map("lemons")) {
    if (frailty.kind != Frailty::Kind::kNone) {
      complain(fields, "lemons", "a component has either `frailty` or `lemons`");
    }
    frailty.kind = Frailty::Kind::kLemons;
    frailty.share = lemons->share("share");
    frailty.multiplier = lemons->number("multiplier");
    if (frailty.multiplier <= 0.0) complain(*lemons, "multiplier", "must be more than 0");
    lemons->finish();
  }
  return frailty;
}

std::optional<BadBatch> read_bad_batch(base::Fields& fields) {
  auto map = fields.maybe_map("bad_batch");
  if (!map) return std::nullopt;
  BadBatch batch;
  batch.probability = read_part(*map, "probability", 1.0);
  batch.share = map->share("share");
  batch.defect = read_weibull(*map);
  map->finish();
  return batch;
}

void read_outcomes(base::Fields& fields, Component& component) {
  component.tolerated = read_part(fields, "tolerated", 0.0);
  component.hang = read_part(fields, "hang", 0.0);
  component.degraded = read_part(fields, "degraded", 0.0);
  component.silent = read_part(fields, "silent", 0.0);
  component.transient = read_part(fields, "transient", 0.0);
  component.affects = read_part(fields, "affects", 1.0);
  const double all = component.tolerated + component.hang + component.degraded + component.silent;
  if (all > 1.0 + 1e-12) {
    fields.reading().error(fields.node(),
                           "tolerated, hang, degraded and silent are more than 100 % together");
  }
}

void read_degradation(base::Fields& fields, Component& component) {
  auto map = fields.maybe_map("slow");
  if (!map) {
    if (component.degraded > 0.0) {
      complain(fields, "degraded", "needs `slow: {slowdown:, lasts:}`: how slow, and for how long");
    }
    return;
  }
  auto& degradation = component.degradation;
  degradation.slowdown = map->number("slowdown");
  if (degradation.slowdown < 1.0) complain(*map, "slowdown", "1 is as fast as sound, 1.1 slower");
  degradation.lasts = read_duration(*map, "lasts");
  static const std::vector<std::string> kEnds = {"mended", "evicted"};
  degradation.evicted = map->choice("until", kEnds, 0) == 1;
  const Scope scope = component.scope.value_or(scope_of(component.unit));
  degradation.is_link = scope == Scope::kLink || scope == Scope::kSwitch || scope == Scope::kRail;
  if (degradation.evicted && degradation.is_link) {
    complain(*map, "until", "a link is mended in place, only a host is evicted");
  }
  map->finish();
}

}  // namespace

Scope scope_of(Unit unit) {
  switch (unit) {
    case Unit::kDevice:
    case Unit::kPackage:
    case Unit::kMemoryByte:
      return Scope::kDevice;
    case Unit::kHost:
    case Unit::kPowerSupply:
      return Scope::kHost;
    case Unit::kNic:
      return Scope::kRail;
    case Unit::kSwitch:
      return Scope::kSwitch;
    case Unit::kOpticalModule:
    case Unit::kCable:
      return Scope::kLink;
    case Unit::kRack:
      return Scope::kRack;
    case Unit::kCoolingLoop:
      return Scope::kCoolingLoop;
    case Unit::kSite:
      return Scope::kSite;
    case Unit::kStorage:
    case Unit::kJob:
      break;
  }
  return Scope::kJob;
}

Component read_component(const std::string& name, base::Fields fields, double factor) {
  Component component;
  component.name = name;
  component.unit = static_cast<Unit>(fields.choice("per", unit_names()));
  if (fields.has("scope")) {
    component.scope = static_cast<Scope>(fields.choice("scope", scope_names()));
  }
  read_law_of(fields, component);
  component.hazard *= factor;
  component.frailty = read_frailty(fields);
  component.bad_batch = read_bad_batch(fields);
  refuse_ageing(fields, component);
  read_outcomes(fields, component);
  read_degradation(fields, component);
  if (fields.has("repair")) component.repair = read_duration(fields, "repair");
  if (fields.has("idle_hazard")) component.idle_hazard = read_part(fields, "idle_hazard", 1.0);
  fields.finish();
  return component;
}

}  // namespace weft::campaign
