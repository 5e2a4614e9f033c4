#include "weft/interconnect/topology.h"

#include <array>
#include <climits>

#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

struct KindReader {
  const char* name;
  std::vector<Tier> (*read)(base::Fields&, const TierContext&);
};

constexpr std::array kReaders{
    KindReader{"full_mesh", read_full_mesh},
    KindReader{"switch", read_switch},
    KindReader{"fat_tree", read_fat_tree},
    KindReader{"cloudmatrix", read_cloudmatrix},
};

void check(const base::Fields& fields, const Tier& tier) {
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

}  // namespace

std::vector<std::string> tier_kinds() {
  std::vector<std::string> names;
  names.reserve(kReaders.size());
  for (const KindReader& reader : kReaders) names.emplace_back(reader.name);
  return names;
}

Tier read_common(base::Fields& fields, const TierContext& context, TierKind kind,
                 const std::string& default_name) {
  Tier tier;
  tier.kind = kind;
  tier.name = fields.text("name", default_name);
  const std::string link = fields.text("link");
  if (!link.empty() && context.catalog != nullptr) {
    tier.link =
        read_link(context.catalog->load("link", link, fields.value("link")), fields.reading());
  }
  return tier;
}

std::vector<Tier> read_tiers(base::Fields fields, const TierContext& context) {
  const std::size_t kind = fields.choice("kind", tier_kinds());
  std::vector<Tier> tiers = kReaders.at(kind).read(fields, context);
  fields.finish();
  for (const Tier& tier : tiers) check(fields, tier);
  return tiers;
}

}  // namespace weft::interconnect
