#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "domains.h"
#include "host_power.h"
#include "mixed.h"
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
  host.memory = fields.quantity<base::Bytes>("memory", base::Bytes(0));
  host.memory_bandwidth = fields.quantity<base::Bandwidth>("memory_bandwidth", base::Bandwidth(0));
  if (host.memory_bandwidth.si() > 0) host.update_share = fields.share("update_share");
  host.device_link = fields.quantity<base::Bandwidth>("device_link", base::Bandwidth(0));
  read_host_power(fields.map("power"), cluster.device(), catalog, host);
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
  const auto refuse_negative = [&](const char* key, const std::optional<base::Money>& price) {
    if (price && price->amount < 0)
      fields.reading().error(*fields.value(key), "must not be negative");
  };
  refuse_negative("per_host", prices.per_host);
  refuse_negative("rent_per_package_hour", prices.rent_per_package_hour);
  fields.finish();
  return prices;
}

// One tier, or a list of them from the inside out; adds them and widens the context.
void read_nested(Fields& fabric, const char* key, interconnect::TierContext& context,
                 std::vector<interconnect::Tier>& tiers) {
  const auto node = fabric.value(key);
  if (!node) {
    fabric.reading().error(fabric.node(),
                           fmt::format("missing key '{}': a tier, or a list of tiers", key));
    return;
  }
  const auto read = [&](const base::Node& tier_node) {
    for (auto& tier :
         interconnect::read_tiers(Fields(tier_node, fabric.reading(), fabric.name()), context)) {
      context.devices_inside *= tier.children;
      tiers.push_back(std::move(tier));
    }
  };
  if (!node->is_list()) return read(*node);
  for (std::size_t i = 0; i < node->size(); ++i) read(node->item(i));
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
  read_nested(fabric, "scale_up", context, tiers);
  return tiers;
}

void read_sites(Fields& fabric, const interconnect::TierContext& context, Domains& domains) {
  auto sites = fabric.maybe_map("sites");
  if (!sites) return;
  auto tiers = interconnect::read_tiers(*sites, context);
  if (tiers.size() == 1) domains.sites = std::move(tiers.front());
  if (tiers.size() == 1 && domains.sites->kind == interconnect::TierKind::kLongHaul) return;
  sites->reading().error(*fabric.value("sites"), "sites are joined by a tier of kind long_haul");
}

void check_tiers(const Fields& fabric, const Domains& domains) {
  const auto tiers = domains.scale_up.size() + domains.scale_out.size() + (domains.sites ? 1 : 0);
  if (tiers <= static_cast<std::size_t>(interconnect::kMaxTiers)) return;
  fabric.reading().error(fabric.node(), fmt::format("{} tiers, dies and sites included; at most {}",
                                                    tiers, interconnect::kMaxTiers));
}

Domains read_domains(Fields fabric, const base::Catalog& catalog, const Cluster& cluster) {
  Domains domains;
  interconnect::TierContext context;
  context.catalog = &catalog;
  context.devices_per_host = cluster.host.devices;
  domains.scale_up = read_scale_up(fabric, cluster, context);
  domains.devices = context.devices_inside;
  read_nested(fabric, "scale_out", context, domains.scale_out);
  if (!domains.scale_out.empty()) {
    const auto& outermost = domains.scale_out.back();
    domains.is_open = outermost.kind == interconnect::TierKind::kFatTree && outermost.children == 1;
  }
  read_sites(fabric, context, domains);
  check_tiers(fabric, domains);
  fabric.finish();
  return domains;
}

struct UnitSize {
  std::string name;  // "rack", "pod", or "host"
  std::int64_t hosts = 1;
  double racks = 0;  // of one; 0: not known
};

UnitSize read_unit(Fields& fields) {
  auto unit = fields.maybe_map("unit");
  if (!unit) return {"host"};
  const auto name = unit->choice("name", {"rack", "pod"});
  UnitSize size;
  size.name = name == 0 ? "rack" : "pod";
  size.hosts = unit->small_integer("hosts", 1);
  size.racks = unit->number("racks", name == 0 ? 1.0 : 0.0);
  unit->finish();
  return size;
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
  auto unit = read_unit(fields);
  auto domains = read_domains(fields.map("fabric"), catalog, cluster);
  const auto& wrong = use.reading().diagnostics();
  if (use.has("hosts_per_domain") && wrong.empty()) {
    unit.hosts = use_part_of_each(domains, cluster.host.devices, unit.hosts, use);
  }
  std::string size;
  cluster.hosts = read_size(use, unit, size);
  cluster.racks = std::ceil(static_cast<double>(cluster.hosts) / double(unit.hosts) * unit.racks);
  cluster.label = fmt::format("{}, {}", cluster.name, size);
  if (wrong.empty()) {
    cluster.fabric = fabric_for(std::move(domains), cluster.hosts, cluster.devices(), use);
  }
  cluster.storage = read_storage(fields.map("storage"));
  cluster.facility = fields.text("facility");
  cluster.software = fields.text("software");
  if (auto prices = fields.maybe_map("prices")) cluster.prices = read_prices(*prices);
  fields.finish();
}

// An entry that names one cluster document.
Cluster read_one(Fields& use, const base::Catalog& catalog) {
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

}  // namespace

Cluster read_cluster(Fields& use, const base::Catalog& catalog) {
  return use.has("mixed") ? read_mixed(use, catalog, read_one) : read_one(use, catalog);
}

}  // namespace weft::cluster
