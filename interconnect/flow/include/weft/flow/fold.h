// Folding: flows that cannot differ are computed once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/flow/max_min.h"
#include "weft/flow/routes.h"

namespace weft::flow {

// Classes of flows and links such that flows of one class cross equally many links of each class
// with equal shares, and links of one class are crossed alike (the coarsest equitable partition,
// found by colour refinement). The max-min rates, and so the finish times, of a class are equal.
struct Classes {
  std::vector<std::int32_t> of_flow;  // class of each flow
  std::vector<std::int32_t> of_link;  // class of each link
  std::int32_t flows = 0;             // classes
  std::int32_t links = 0;
};

// `kind` tells apart flows that differ in anything but their route (bytes, weight, start, cap).
Classes classes_of(const Problem& problem, std::span<const std::int32_t> kind);

// One flow for each class, standing for all of its members: capacities, routes (each class of links
// once, with the sum of its shares) and multiplicities of the folded problem. Rates of the folded
// problem equal those of the members.
struct Folded {
  std::vector<double> capacity;      // per class of links: sum over its members
  Routes routes;                     // route c is that of flow class c
  std::vector<double> multiplicity;  // per class of flows: members, with their own
};
Folded fold(const Problem& problem, const Classes& classes);

}  // namespace weft::flow
