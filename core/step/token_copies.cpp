#include "weft/step/token_copies.h"

#include <algorithm>
#include <cmath>

namespace weft::step {

namespace {

// Share of draws of `drawn` from `all` in which exactly `hits` of the `marked` are drawn.
double hypergeometric(int hits, int all, int marked, int drawn) {
  const auto choose = [](int n, int k) {
    if (k < 0 || k > n) return 0.0;
    double product = 1;
    for (int i = 1; i <= k; ++i) product *= static_cast<double>(n - k + i) / i;
    return product;
  };
  return choose(marked, hits) * choose(all - marked, drawn - hits) / choose(all, drawn);
}

}  // namespace

double hosts_reached(double hosts, double copies, int groups, int top_groups) {
  if (top_groups >= groups) return hosts * (1 - std::pow(1 - 1 / hosts, copies));
  if (hosts >= groups) {
    // A group lies on several hosts: those of the top groups are the only ones.
    const double open = hosts * top_groups / groups;
    return open * (1 - std::pow(1 - 1 / open, copies));
  }
  // A host has several groups, of which none, some or all are among the top ones.
  const int held = std::max(static_cast<int>(std::lround(groups / hosts)), 1);
  double missed = 0;
  for (int hits = 0; hits <= std::min(held, top_groups); ++hits) {
    missed += hypergeometric(hits, groups, held, top_groups) *
              std::pow(1 - static_cast<double>(hits) / top_groups, copies);
  }
  return hosts * (1 - missed);
}

}  // namespace weft::step
