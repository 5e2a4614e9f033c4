// Two dies of one package with a bridge between them.

#include "weft/interconnect/tier.h"

namespace weft::interconnect {

Tier die_pair(base::Bandwidth bandwidth, base::Time latency, double efficiency) {
  Tier tier;
  tier.name = "die pair";
  tier.kind = TierKind::kPair;
  tier.children = 2;
  tier.link.name = "die to die";
  tier.link.bandwidth = bandwidth;
  tier.link.latency = latency;
  tier.link.efficiency = efficiency;
  tier.link.all_to_all_efficiency = efficiency;
  return tier;
}

}  // namespace weft::interconnect
