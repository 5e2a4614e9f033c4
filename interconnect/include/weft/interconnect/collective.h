// Collectives, the algorithms that carry them out, and what they cost.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "weft/base/quantity.h"
#include "weft/interconnect/group.h"

namespace weft::interconnect {

enum class Collective {
  kAllReduce,
  kAllGather,
  kReduceScatter,
  kAllToAll,
  kPointToPoint,
  kBroadcast,  // from the first member
  kBarrier,    // an all-reduce of nothing
};

enum class Algorithm {
  kNone,
  kRing,
  kTree,             // double binary tree
  kDirect,           // one or two shots, every rank to every other at once
  kHierarchical,     // tier by tier
  kInSwitch,         // NVLS, SHARP
  kPairwise,         // one partner after another
  kTorusBucket,      // rings along all dimensions of a torus at once
  kHalvingDoubling,  // recursive
  kBruck,
};

const char* name_of(Algorithm algorithm);
const char* name_of(Collective collective);
// From a name as name_of writes it, "_" and "-" alike.
std::optional<Algorithm> algorithm_of(std::string_view name);
std::optional<Collective> collective_of(std::string_view name);

// Bus bandwidth of nccl-tests: bytes / time times what a ring must send per byte: all-reduce
// 2(n-1)/n; all-gather, reduce-scatter, all-to-all (n-1)/n; others 1 (nccl-tests PERFORMANCE.md).
double bus_factor(Collective collective, int ranks);

struct CollectiveCost {
  base::Time time;
  Algorithm algorithm = Algorithm::kNone;
  // Bytes that one device sends over each tier (mean over the group).
  std::array<base::Bytes, kMaxTiers> sent{};
  // Pieces that the vector is cut into, to follow one another (tree, and broadcast by ring);
  // else 1.
  int chunks = 1;
  std::uint32_t in_switch = 0;  // kHierarchical: tiers, a bit each, whose switches reduce
  bool low_latency = false;     // by the low-latency way of the links that have one
  // Largest share, over the tiers, of the bytes that detour over a third child and so cross a tier
  // twice; 0: all ways are direct.
  double detoured = 0;
};

}  // namespace weft::interconnect
