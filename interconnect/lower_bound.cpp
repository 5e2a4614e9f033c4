// What no algorithm beats, at nominal bandwidth. For each tier that the group crosses, the touched
// children are looked at as single nodes whose ports are all ports of their members towards this
// tier and those further out (tiers work side by side); then, per node of k and S bytes,
//   all-reduce                        ≥ 2(k-1)/k · S / ports   (S / ports when a switch reduces)
//   all-gather, reduce-scatter        ≥ what the smallest child lacks / its ports
//   all-to-all                        ≥ what the smallest child sends out / its ports
// (bounds of Chan, Heimlich, Purkayastha and van de Geijn 2007, applied to every cut), and at least
// one message over the outermost tier.

#include <algorithm>
#include <cmath>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

// Nominal byte/s of one member's ports: towards peers in the most children that a unit touches.
double port_bandwidth(const Crossing& crossing) {
  const double links = crossing.tier->is_mesh ? crossing.children - 1 : 1;
  return links * crossing.tier->bandwidth;
}

bool reduces(const Crossing& crossing, double ranks) {
  return crossing.tier->in_switch_minimum > 0 && ranks >= crossing.tier->in_switch_minimum;
}

double cut_time(Collective collective, const Crossing& crossing, double ranks, double bytes,
                double ports, bool switch_reduces) {
  if (collective == Collective::kPointToPoint) return bytes / ports;
  if (collective == Collective::kAllReduce) {
    const double nodes = std::ceil(ranks / crossing.below_most);
    const double factor = switch_reduces ? 1 : 2 * (nodes - 1) / nodes;
    return factor * bytes / (crossing.below_most * ports);
  }
  const double outside = (ranks - crossing.below) / ranks;
  const double members = collective == Collective::kAllToAll ? 1 : crossing.below;
  return outside * bytes / (members * ports);
}

}  // namespace

double lower_bound_time(Collective collective, const Path& path, double bytes) {
  double bound = path.top().tier->latency;
  double ports = 0;
  double shared = 0;  // the fastest of the tiers that use the same ports
  bool switch_reduces = false;
  for (int i = path.count - 1; i >= 0; --i) {
    const Crossing& crossing = path.crossings[i];
    switch_reduces = switch_reduces || reduces(crossing, path.ranks);
    shared = std::max(shared, port_bandwidth(crossing));
    bound = std::max(
        bound, cut_time(collective, crossing, path.ranks, bytes, ports + shared, switch_reduces));
    if (!crossing.shares_ports) {
      ports += shared;
      shared = 0;
    }
  }
  return bound;
}

}  // namespace weft::interconnect
