#include "host_power.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "weft/base/unit_text.h"

namespace weft::cluster {

namespace {

using base::Fields;
using base::Power;

// In documents, and for a person.
constexpr std::array<const char*, kHostPartCount> kHostParts = {"cpus",     "memory",  "nics",
                                                                "switches", "storage", "boards"};

constexpr std::array<const char*, kHostPartCount> kHostPartNames = {
    "CPUs", "memory", "NICs", "switches in hosts", "drives", "boards"};

// The shipped hosts whose fans were metered; others that are cooled alike have them in proportion
// to their DC load.
const char* metered_host(Cooling cooling) {
  switch (cooling) {
    case Cooling::kAir:
      return "dgx_h100";
    case Cooling::kColdPlate:
      return "dgx_b200";
    case Cooling::kImmersion:
      break;
  }
  return nullptr;
}

// Fans over the DC load of a host with all devices at their limit.
struct UsualFans {
  double fixed = 0, cubic = 0;
};

Power rated_load(const chips::Device& device, const Host& host) {
  return device.power.limit * host.devices + host.base_training;
}

bool says_fans(const base::Document& document) {
  const auto host = document.root().find("host");
  const auto power = host ? host->find("power") : std::nullopt;
  return power && (power->find("fans_fixed") || power->find("fans_cubic"));
}

UsualFans usual_fans(Fields& power, const char* metered, const base::Catalog& catalog) {
  const auto names = catalog.names("cluster");
  if (std::find(names.begin(), names.end(), metered) == names.end() ||
      !says_fans(catalog.load("cluster", metered, std::nullopt))) {
    power.reading().error(*power.value("cooling"),
                          fmt::format("the fans that are usual with it are those of the cluster "
                                      "{}, which are not known here: write 'fans_fixed'",
                                      metered));
    return {};
  }
  const auto document =
      base::Document::parse(fmt::format("{{use: {}, hosts: 1}}\n", metered), "usual fans");
  base::Reading reading;
  Fields use(document.root(), reading, "cluster");
  const auto cluster = read_cluster(use, catalog);
  reading.throw_if_any();
  const auto rated = rated_load(cluster.device(), cluster.host);
  return {cluster.host.fan_fixed / rated, cluster.host.fan_cubic / rated};
}

// In the order in which they must not fall.
void require_order(Fields& fields, Power idle, Power training, Power limit) {
  if (idle.si() >= 0 && idle <= training && training <= limit) return;
  fields.reading().error(
      fields.node(),
      fmt::format("{} idle, {} in training and {} at most: none may be below the "
                  "one before",
                  base::to_text(idle), base::to_text(training), base::to_text(limit)));
}

Draw read_draw(Fields fields) {
  Draw draw;
  draw.training = fields.quantity<Power>("training");
  draw.idle = fields.quantity<Power>("idle");
  draw.limit = fields.quantity<Power>("limit", draw.training);
  require_order(fields, draw.idle, draw.training, draw.limit);
  fields.finish();
  return draw;
}

Draw read_host_parts(Fields& power, Host& host) {
  Draw sum;
  auto parts = power.maybe_map("parts");
  if (!parts) return sum;
  for (std::size_t p = 0; p < kHostPartCount; ++p) {
    auto fields = parts->maybe_map(kHostParts[p]);
    if (!fields) continue;
    host.parts[p] = read_draw(*fields);
    sum.idle += host.parts[p].idle;
    sum.training += host.parts[p].training;
    sum.limit += host.parts[p].limit;
  }
  parts->finish();
  return sum;
}

void require_room(Fields& power, const char* key, Power whole, Power parts) {
  constexpr double kRounding = 1e-9;
  if (parts <= whole * (1 + kRounding)) return;
  power.reading().error(*power.value(key),
                        fmt::format("the parts alone draw {}; leave '{}' out to have their sum",
                                    base::to_text(parts), key));
}

void read_base(Fields& power, Host& host) {
  const auto parts = read_host_parts(power, host);
  const bool sums = power.has("parts") && !power.has("training") && !power.has("idle");
  host.base_training = sums ? parts.training : power.quantity<Power>("training");
  host.base_idle = sums ? parts.idle : power.quantity<Power>("idle");
  host.base_limit =
      power.quantity<Power>("limit", host.base_training + (parts.limit - parts.training));
  if (sums) return;
  require_room(power, "training", host.base_training, parts.training);
  require_room(power, "idle", host.base_idle, parts.idle);
  if (power.reading().diagnostics().empty()) {
    require_order(power, host.base_idle, host.base_training, host.base_limit);
  }
}

void read_fans(Fields& power, const chips::Device& device, const base::Catalog& catalog,
               Host& host) {
  UsualFans usual;
  if (power.has("cooling")) {
    host.cooling =
        static_cast<Cooling>(power.choice("cooling", {"air", "cold_plate", "immersion"}));
    const auto* metered = metered_host(*host.cooling);
    const bool is_said = power.has("fans_fixed") || power.has("fans_cubic");
    if (metered != nullptr && !is_said) usual = usual_fans(power, metered, catalog);
  }
  const auto rated = rated_load(device, host);
  host.fan_fixed = power.quantity<Power>("fans_fixed", rated * usual.fixed);
  host.fan_cubic = power.quantity<Power>("fans_cubic", rated * usual.cubic);
  const bool has_fans = host.fan_fixed.si() > 0 || host.fan_cubic.si() > 0;
  if (host.cooling == Cooling::kImmersion && has_fans) {
    power.reading().error(*power.value("cooling"),
                          "an immersed host has no fans: write 'fans_fixed: ~' and 'fans_cubic: "
                          "~'");
  }
}

}  // namespace

const char* name_of(HostPart part) { return kHostPartNames[static_cast<std::size_t>(part)]; }

void read_host_power(Fields power, const chips::Device& device, const base::Catalog& catalog,
                     Host& host) {
  read_base(power, host);
  read_fans(power, device, catalog, host);
  host.psu_efficiency = power.number("psu_efficiency");
  if (host.psu_efficiency <= 0 || host.psu_efficiency > 1) {
    power.reading().error(power.node(), "psu_efficiency must lie in (0, 1]");
  }
  power.finish();
}

}  // namespace weft::cluster
