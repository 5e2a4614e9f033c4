#include "weft/interconnect/topology.h"

#include <array>
#include <climits>
#include <initializer_list>
#include <stdexcept>

#include <fmt/format.h>

#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

struct KindReader {
  const char* name;
  std::vector<Tier> (*read)(base::Fields&, const TierContext&);
};

constexpr std::array kReaders{
    KindReader{"full_mesh", read_full_mesh}, KindReader{"switch", read_switch},
    KindReader{"fat_tree", read_fat_tree},   KindReader{"cloudmatrix", read_cloudmatrix},
    KindReader{"torus", read_torus},         KindReader{"nd_full_mesh", read_nd_full_mesh},
    KindReader{"dragonfly", read_dragonfly}, KindReader{"dragonfly_plus", read_dragonfly_plus},
    KindReader{"long_haul", read_long_haul}, KindReader{"graph", read_graph},
    KindReader{"astra", read_astra_tiers},   KindReader{"hwloc", read_hwloc_tier},
};

// Beyond these a number is a slip of the pen, and sums of it overflow.
constexpr std::int64_t kMostSwitches = 1 << 20;  // of one unit
constexpr int kMostPlanes = 1 << 12;             // or rails
constexpr double kMostLinksPerDevice = 1e6;

void check_counts(const base::Fields& fields, const Tier& tier) {
  const auto at_most = [&](std::initializer_list<const char*> keys, double value, double most) {
    if (!(value > most)) return;
    base::Node where = fields.node();
    for (const char* key : keys) {
      if (const auto written = fields.node().find(key)) where = *written;
    }
    fields.reading().error(where, fmt::format("at most {} are possible", most));
  };
  at_most({"switches", "switches_per_plane", "optical_switches"},
          static_cast<double>(tier.switches), kMostSwitches);
  at_most({"planes"}, tier.planes, kMostPlanes);
  at_most({"rails"}, tier.rails, kMostPlanes);
  at_most({"links", "links_per_device"}, tier.links_per_device, kMostLinksPerDevice);
}

void check(const base::Fields& fields, const Tier& tier) {
  check_counts(fields, tier);
  base::Reading& reading = fields.reading();
  const auto wrong = [&](const char* key, const char* message) {
    const auto value = fields.node().find(key);
    reading.error(value ? *value : fields.node(), message);
  };
  if (!(tier.oversubscription >= 1)) {
    wrong("oversubscription", "an oversubscription is 1 or more");
  }
  if (!(tier.links_per_device > 0)) wrong("links_per_device", "must be more than 0");
  if (tier.layers > 3) wrong("tiers", "a fat tree has 1, 2 or 3 tiers of switches");
}

// Whether it can be built, and counted.
void check_built(const base::Fields& fields, const std::vector<Tier>& tiers,
                 std::int64_t devices_inside) {
  for (const Tier& tier : tiers) {
    const auto devices = static_cast<double>(devices_inside) * tier.children;
    if (devices > INT_MAX) {
      fields.reading().error(fields.node(),
                             fmt::format("{}: {:.3g} devices are too many", tier.name, devices));
      return;
    }
    try {
      (void)unit_inventory(tier, devices_inside);
    } catch (const std::invalid_argument& error) {
      fields.reading().error(fields.node(), error.what());
      return;
    }
    devices_inside *= tier.children;
  }
}

}  // namespace

std::vector<std::string> tier_kinds() {
  std::vector<std::string> names;
  names.reserve(kReaders.size());
  for (const KindReader& reader : kReaders) names.emplace_back(reader.name);
  return names;
}

Link link_named(const std::string& name, const std::optional<base::Node>& key,
                const TierContext& context, base::Reading& reading) {
  if (name.empty() || context.catalog == nullptr) return {};
  return read_link(context.catalog->load("link", name, key), reading);
}

Tier read_common(base::Fields& fields, const TierContext& context, TierKind kind,
                 const std::string& default_name) {
  Tier tier;
  tier.kind = kind;
  tier.name = fields.text("name", default_name);
  tier.link = link_named(fields.text("link"), fields.value("link"), context, fields.reading());
  return tier;
}

void read_each_switch(base::Fields& fields, Tier& tier) {
  tier.switch_power = fields.quantity<base::Power>("switch_power", base::Power());
  tier.switch_price = fields.maybe_money("switch_price");
}

std::vector<Tier> read_tiers(base::Fields fields, const TierContext& context) {
  const std::size_t errors = fields.reading().diagnostics().size();
  const std::size_t kind = fields.choice("kind", tier_kinds());
  std::vector<Tier> tiers = kReaders.at(kind).read(fields, context);
  fields.finish();
  for (const Tier& tier : tiers) check(fields, tier);
  const bool is_sound = fields.reading().diagnostics().size() == errors;
  if (is_sound) check_built(fields, tiers, context.devices_inside);
  return tiers;
}

}  // namespace weft::interconnect
