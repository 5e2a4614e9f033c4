// What collectives and algorithms are called, and how their bandwidth is counted.

#include <algorithm>
#include <string>

#include "weft/interconnect/collective.h"

namespace weft::interconnect {

namespace {

template <class Kind>
struct Name {
  Kind kind;
  const char* text;
};

using AlgorithmName = Name<Algorithm>;
using CollectiveName = Name<Collective>;

constexpr std::array kAlgorithmNames{
    AlgorithmName{Algorithm::kNone, "none"},
    AlgorithmName{Algorithm::kRing, "ring"},
    AlgorithmName{Algorithm::kTree, "tree"},
    AlgorithmName{Algorithm::kDirect, "direct"},
    AlgorithmName{Algorithm::kHierarchical, "hierarchical"},
    AlgorithmName{Algorithm::kInSwitch, "in-switch"},
    AlgorithmName{Algorithm::kPairwise, "pairwise"},
    AlgorithmName{Algorithm::kTorusBucket, "torus-bucket"},
    AlgorithmName{Algorithm::kHalvingDoubling, "halving-doubling"},
    AlgorithmName{Algorithm::kBruck, "bruck"},
};

constexpr std::array kCollectiveNames{
    CollectiveName{Collective::kAllReduce, "all-reduce"},
    CollectiveName{Collective::kAllGather, "all-gather"},
    CollectiveName{Collective::kReduceScatter, "reduce-scatter"},
    CollectiveName{Collective::kAllToAll, "all-to-all"},
    CollectiveName{Collective::kPointToPoint, "point-to-point"},
    CollectiveName{Collective::kBroadcast, "broadcast"},
    CollectiveName{Collective::kBarrier, "barrier"},
};

template <class Names, class Kind>
const char* name_in(const Names& names, Kind kind) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const Name<Kind>& name) { return name.kind == kind; });
  return found == names.end() ? "none" : found->text;
}

template <class Kind, class Names>
std::optional<Kind> kind_in(const Names& names, std::string_view text) {
  std::string wanted(text);
  std::replace(wanted.begin(), wanted.end(), '_', '-');
  for (const Name<Kind>& name : names) {
    if (wanted == name.text) return name.kind;
  }
  return std::nullopt;
}

}  // namespace

const char* name_of(Algorithm algorithm) { return name_in(kAlgorithmNames, algorithm); }
const char* name_of(Collective collective) { return name_in(kCollectiveNames, collective); }

std::optional<Algorithm> algorithm_of(std::string_view name) {
  return kind_in<Algorithm>(kAlgorithmNames, name);
}

std::optional<Collective> collective_of(std::string_view name) {
  return kind_in<Collective>(kCollectiveNames, name);
}

double bus_factor(Collective collective, int ranks) {
  const double others = ranks > 0 ? (ranks - 1.0) / ranks : 0;
  switch (collective) {
    case Collective::kAllReduce:
      return 2 * others;
    case Collective::kAllGather:
    case Collective::kReduceScatter:
    case Collective::kAllToAll:
      return others;
    default:
      return 1;
  }
}

}  // namespace weft::interconnect
