// CloudMatrix384: in each host one L1 switch chip per plane, and per plane a row of L2 chips that
// every L1 chip of the plane reaches. A die has one port per plane and uses it for both tiers; the
// second tier has as much bandwidth as the first (48 hosts × 7 L1, 7 planes × 16 L2: 5376 optical
// links; counts as published for the Atlas 900 A3 SuperPoD, arXiv:2506.12708).

#include <algorithm>

#include "tier_kinds.h"

namespace weft::interconnect {

std::vector<Tier> read_cloudmatrix(base::Fields& fields, const TierContext& context) {
  Tier outer = read_common(fields, context, TierKind::kSwitch, "super-node");
  const int planes = fields.small_integer("planes", 1, 7);
  const std::int64_t chips_per_plane = fields.small_integer("switches_per_plane", 1, 16);
  outer.children = fields.small_integer("hosts", 1, 48);
  outer.links_per_device = planes;
  outer.shares_ports = true;
  outer.planes = planes;
  outer.switches = planes * chips_per_plane;
  read_each_switch(fields, outer);

  Tier inner = outer;
  inner.name = "host";
  inner.children = static_cast<int>(
      std::max<std::int64_t>(context.devices_per_host / context.devices_inside, 1));
  inner.shares_ports = false;
  inner.switches = planes;
  inner.link.optics = {};  // copper inside the host
  inner.link.cable_price.reset();
  return {inner, outer};
}

}  // namespace weft::interconnect
