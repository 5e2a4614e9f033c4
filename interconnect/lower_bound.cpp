// What no algorithm beats, at nominal bandwidth. For each tier that the group crosses, the touched
// children are looked at as single nodes whose ports are all ports of their members towards this
// tier and those further out (tiers work side by side); then, per node of k and S bytes,
//   all-reduce                        ≥ 2(k-1)/k · S / ports   (S / ports when a switch reduces)
//   all-gather, reduce-scatter        ≥ what the smallest child lacks / its ports
//   all-to-all                        ≥ what the smallest child sends out / its ports
//   broadcast                         ≥ S / the ports of the first member's child
// (bounds of Chan, Heimlich, Purkayastha and van de Geijn 2007, applied to every cut). Where all
// tiers are dimensions of a mesh or torus that pass traffic on, all-to-all also needs the links
// between the halves of each: of a ring of n two, of a full mesh ⌊n/2⌋·⌈n/2⌉.

#include <algorithm>
#include <cmath>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

// Members that may use a tier's links besides their own: all of a site for its trunk.
double sharers(std::span<const Tier> tiers, int index, double members) {
  if (tiers[index].kind != TierKind::kLongHaul) return members;
  double devices = 1;
  for (int inside = 0; inside < index; ++inside) devices *= tiers[inside].children;
  return devices;
}

// Nominal byte/s of so many members' ports towards a tier: at least a whole link, which one member
// may have to itself; not what oversubscription leaves, as traffic may stay below it.
double port_bandwidth(std::span<const Tier> tiers, int index, double peers, double members) {
  const Tier& tier = tiers[index];
  const double links = sharers(tiers, index, members) * tier.links_per_device;
  return peers * std::max(links, 1.0) * tier.link.bandwidth.si();
}

// Ways out of a member: links to peers of a mesh, either way round a ring.
double peers_in(const Tier& tier, int children) {
  if (tier.kind == TierKind::kRing) return tier.children > 2 ? 2 : 1;
  const bool is_mesh = tier.kind == TierKind::kFullMesh || tier.kind == TierKind::kLongHaul;
  return is_mesh ? (tier.detours ? tier.children : children) - 1 : 1;
}

// byte/s of all ports of so many members that traffic over crossing i and those further out can
// use. Where devices pass traffic on, it may leave by any port further in as well.
double ports_from(const Path& path, std::span<const Tier> tiers, int first, double members) {
  double ports = 0;
  double shared = 0;  // the fastest of the tiers that use the same ports
  int passed_on = 0;  // tiers inside of these lead out too
  for (int i = path.count - 1; i >= first; --i) {
    const Crossing& crossing = path.crossings[i];
    const Tier& tier = tiers[crossing.index];
    const double peers = peers_in(tier, crossing.children);
    shared = std::max(shared, port_bandwidth(tiers, crossing.index, peers, members));
    if (crossing.tier->forwards || tier.is_dimension())
      passed_on = std::max(passed_on, crossing.index);
    if (crossing.shares_ports) continue;
    ports += shared;
    shared = 0;
  }
  const int counted = path.crossings[first].index;
  for (int tier = 0; tier < std::min(passed_on, counted); ++tier) {
    ports += port_bandwidth(tiers, tier, peers_in(tiers[tier], tiers[tier].children), members);
  }
  return ports + shared;
}

bool reduces(const Crossing& crossing, double ranks) {
  return crossing.tier->in_switch_minimum > 0 && ranks >= crossing.tier->in_switch_minimum;
}

// `ports(members)`: of that many members [byte/s].
template <class Ports>
double cut_time(Collective collective, const Crossing& crossing, double ranks, double bytes,
                const Ports& ports, bool switch_reduces) {
  if (collective == Collective::kPointToPoint) return bytes / ports(1);
  if (collective == Collective::kBroadcast) return bytes / ports(crossing.below_most);
  if (collective == Collective::kAllReduce) {
    const double nodes = std::ceil(ranks / crossing.below_most);
    const double factor = switch_reduces ? 1 : 2 * (nodes - 1) / nodes;
    return factor * bytes / ports(crossing.below_most);
  }
  const double outside = (ranks - crossing.below) / ranks;
  const double sent = collective == Collective::kAllToAll ? crossing.below * bytes : bytes;
  return outside * sent / ports(crossing.below);
}

// All-to-all between the halves of a dimension: each device sends 1/n of its bytes to each other
// one.
double halves_time(const Path& path, const Crossing& crossing, double bytes) {
  const int half = crossing.children / 2;
  const double pairs = static_cast<double>(half) * (crossing.children - half);  // of children
  const double messages = crossing.below * pairs * crossing.below;
  const double across = crossing.tier->is_mesh ? pairs : (crossing.closes ? 2 : 1);
  const double links = across * crossing.below;
  return messages * bytes / path.ranks / (links * crossing.tier->bandwidth);
}

bool is_grid(const Path& path, std::span<const Tier> tiers) {
  const auto crossings = path.tiers();
  return path.even && std::all_of(crossings.begin(), crossings.end(), [&](const Crossing& one) {
           const bool passes_on = one.tier->forwards || &one == &crossings.front();
           return tiers[one.index].is_dimension() && passes_on;
         });
}

// Whether all links of a dimension are at members. A mesh has no spare ones then; in a ring with
// members in all places no link between others leads anywhere else.
bool is_filled(const Crossing& crossing, std::span<const Tier> tiers) {
  double inside = 1;
  for (int tier = 0; tier < crossing.index; ++tier) inside *= tiers[tier].children;
  const bool has_all = crossing.tier->is_ring || crossing.below == inside;
  return has_all && crossing.children == tiers[crossing.index].children;
}

double grid_time(const Path& path, std::span<const Tier> tiers, double bytes) {
  double bound = 0;
  for (const Crossing& crossing : path.tiers()) {
    if (!is_filled(crossing, tiers)) continue;
    // Other units of the tier have as many messages and links of their own.
    bound = std::max(bound, halves_time(path, crossing, bytes) * path.ranks / crossing.inside);
  }
  return bound;
}

}  // namespace

double lower_bound_time(Collective collective, const Path& path, std::span<const Tier> tiers,
                        double bytes) {
  double bound = 0;
  bool switch_reduces = false;
  for (int i = path.count - 1; i >= 0; --i) {
    const Crossing& crossing = path.crossings[i];
    switch_reduces = switch_reduces || reduces(crossing, path.ranks);
    const auto ports = [&](double members) { return ports_from(path, tiers, i, members); };
    bound =
        std::max(bound, cut_time(collective, crossing, path.ranks, bytes, ports, switch_reduces));
  }
  if (collective == Collective::kAllToAll && is_grid(path, tiers)) {
    bound = std::max(bound, grid_time(path, tiers, bytes));
  }
  return bound;
}

}  // namespace weft::interconnect
