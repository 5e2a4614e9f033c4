#include <fmt/format.h>

#include <array>
#include <utility>

#include "weft/base/unit_text.h"
#include "weft/cluster/cluster.h"
#include "weft/interconnect/topology.h"

namespace weft::cluster {

namespace {

using base::Fields;

// What a study may count instead of hosts.
constexpr std::array<const char*, 2> kUnits = {"racks", "pods"};

Host read_host(Fields fields, const base::Catalog& catalog, Cluster& cluster) {
  Host host;
  const auto chips = fields.counted_name("chips");
  host.packages = static_cast<int>(chips.count);
  if (!chips.name.empty()) {
    cluster.chip =
        chips::read_chip(catalog.load("chip", chips.name, fields.value("chips")), fields.reading());
  }
  host.devices = host.packages * cluster.chip.devices();
  fields.text("cpus", "");
  host.nics = fields.small_integer("nics", 0);
  auto power = fields.map("power");
  host.base_training = power.quantity<base::Power>("training");
  host.base_idle = power.quantity<base::Power>("idle");
  host.fan_fixed = power.quantity<base::Power>("fans_fixed", base::Power(0));
  host.fan_cubic = power.quantity<base::Power>("fans_cubic", base::Power(0));
  host.psu_efficiency = power.number("psu_efficiency");
  if (host.psu_efficiency <= 0 || host.psu_efficiency > 1) {
    fields.reading().error(power.node(), "psu_efficiency must lie in (0, 1]");
  }
  power.finish();
  fields.finish();
  return host;
}

Storage read_storage(Fields fields) {
  Storage storage;
  storage.read = fields.quantity<base::Bandwidth>("read");
  storage.write = fields.quantity<base::Bandwidth>("write");
  fields.finish();
  return storage;
}

Prices read_prices(Fields fields) {
  Prices prices;
  prices.per_host = fields.maybe_money("per_host");
  prices.includes_network = fields.flag("includes_network", false);
  prices.rent_per_package_hour = fields.maybe_money("rent_per_package_hour");
  fields.finish();
  return prices;
}

// Tiers from the dies outwards, up to the scale-up domain.
std::vector<interconnect::Tier> read_scale_up(Fields& fabric, const Cluster& cluster,
                                              interconnect::TierContext& context) {
  std::vector<interconnect::Tier> tiers;
  const auto& chip = cluster.chip;
  if (chip.devices() > 1) {
    tiers.push_back(interconnect::die_pair(chip.die_to_die, chip.die_to_die_latency,
                                           chip.die_to_die_efficiency));
    context.devices_inside = chip.devices();
  }
  const auto read = [&](const base::Node& node) {
    for (auto& tier :
         interconnect::read_tiers(Fields(node, fabric.reading(), fabric.name()), context)) {
      context.devices_inside *= tier.children;
      tiers.push_back(std::move(tier));
    }
  };
  const auto node = fabric.value("scale_up");
  if (!node) {
    fabric.reading().error(fabric.node(), "missing key 'scale_up': a tier, or a list of tiers");
  } else if (node->is_list()) {
    for (std::size_t i = 0; i < node->size(); ++i) read(node->item(i));
  } else {
    read(*node);
  }
  return tiers;
}

// Fits the fabric to the number of devices: whole scale-up domains under the scale-out network, or
// one domain that is not full.
void fit(std::vector<interconnect::Tier>& tiers, std::int64_t domain, const Cluster& cluster,
         Fields& use) {
  const auto devices = cluster.devices();
  auto& scale_out = tiers.back();
  if (devices % domain == 0) {
    scale_out.children = static_cast<int>(devices / domain);
    return;
  }
  auto& outermost = tiers[tiers.size() - 2];
  const auto inside = domain / outermost.children;
  if (devices < domain && devices % inside == 0) {
    outermost.children = static_cast<int>(devices / inside);
    scale_out.children = 1;
    return;
  }
  use.reading().error(use.node(),
                      fmt::format("{} hosts are {} devices, not a whole number of scale-up domains "
                                  "of {}",
                                  cluster.hosts, devices, domain));
}

void read_fabric(Fields fabric, const base::Catalog& catalog, Cluster& cluster, Fields& use) {
  interconnect::TierContext context;
  context.catalog = &catalog;
  context.devices_per_host = cluster.host.devices;
  auto tiers = read_scale_up(fabric, cluster, context);
  const auto domain = context.devices_inside;
  const auto scale_out = interconnect::read_tiers(fabric.map("scale_out"), context);
  fabric.finish();
  if (!fabric.reading().diagnostics().empty() || tiers.empty() || scale_out.empty()) return;
  tiers.push_back(scale_out.front());
  fit(tiers, domain, cluster, use);
  if (!use.reading().diagnostics().empty()) return;
  try {
    cluster.fabric = interconnect::Fabric(std::move(tiers));
  } catch (const std::invalid_argument& error) {
    use.reading().error(use.node(), error.what());
  }
}

struct UnitSize {
  std::string name;  // "rack", "pod", or "host"
  std::int64_t hosts = 1;
};

UnitSize read_unit(Fields& fields) {
  auto unit = fields.maybe_map("unit");
  if (!unit) return {"host", 1};
  const auto name = unit->choice("name", {"rack", "pod"});
  const auto hosts = unit->small_integer("hosts", 1);
  unit->finish();
  return {name == 0 ? "rack" : "pod", hosts};
}

// hosts, or units of them; one unit when the study does not say.
std::int64_t read_size(Fields& use, const UnitSize& unit, std::string& label) {
  const std::string plural = unit.name + "s";
  if (use.has("hosts")) {
    const auto hosts = use.small_integer("hosts", 1);
    label = fmt::format("{} {}", hosts, hosts == 1 ? "host" : "hosts");
    return hosts;
  }
  for (const std::string name : kUnits) {
    if (!use.has(name)) continue;
    const auto count = use.small_integer(name, 1);
    if (name != plural) {
      use.reading().error(*use.value(name), fmt::format("this cluster is counted in {}", plural));
    }
    label = fmt::format("{} {}", count, count == 1 ? unit.name : plural);
    return count * unit.hosts;
  }
  label = fmt::format("1 {}", unit.name);
  return unit.hosts;
}

void read_document(const base::Document& document, const base::Catalog& catalog, Fields& use,
                   Cluster& cluster) {
  Fields fields(document.root(), use.reading(), document.file().stem().string());
  fields.text("kind");
  cluster.name = fields.text("name");
  cluster.host = read_host(fields.map("host"), catalog, cluster);
  const auto unit = read_unit(fields);
  std::string size;
  cluster.hosts = read_size(use, unit, size);
  cluster.label = fmt::format("{}, {}", cluster.name, size);
  read_fabric(fields.map("fabric"), catalog, cluster, use);
  cluster.storage = read_storage(fields.map("storage"));
  cluster.facility = fields.text("facility");
  cluster.software = fields.text("software");
  if (auto prices = fields.maybe_map("prices")) cluster.prices = read_prices(*prices);
  fields.finish();
}

}  // namespace

Cluster read_cluster(Fields& use, const base::Catalog& catalog) {
  Cluster cluster;
  const auto name = use.text("use");
  if (!name.empty()) {
    read_document(catalog.load("cluster", name, use.value("use")), catalog, use, cluster);
  }
  cluster.facility = use.text("facility", cluster.facility);
  cluster.software = use.text("software", cluster.software);
  const auto cap = use.quantity<base::Power>("power_cap", base::Power(0));
  cluster.state.point.power_cap = cap / cluster.chip.devices();
  const auto& power = cluster.device().power;
  const auto least = power.idle + power.active;
  if (use.has("power_cap") && cluster.state.point.power_cap <= least) {
    use.reading().error(
        *use.value("power_cap"),
        fmt::format("a package with busy units draws {} before it computes anything; "
                    "a cap must lie above",
                    base::to_text(least * cluster.chip.devices())));
  }
  return cluster;
}

}  // namespace weft::cluster
