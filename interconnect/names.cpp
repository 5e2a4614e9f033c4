// What collectives and algorithms are called, and how their bandwidth is counted.

#include <algorithm>
#include <array>
#include <string>
#include <variant>

#include "weft/interconnect/collective.h"

namespace weft::interconnect {

namespace {

using Kind = std::variant<Algorithm, Collective>;

struct Name {
  Kind kind;
  const char* text;
};

// As they are written; on the way in "_" stands for "-" too.
constexpr std::array kNames{
    Name{Algorithm::kNone, "none"},
    Name{Algorithm::kRing, "ring"},
    Name{Algorithm::kTree, "tree"},
    Name{Algorithm::kDirect, "direct"},
    Name{Algorithm::kHierarchical, "hierarchical"},
    Name{Algorithm::kInSwitch, "in-switch"},
    Name{Algorithm::kPairwise, "pairwise"},
    Name{Algorithm::kTorusBucket, "torus-bucket"},
    Name{Algorithm::kHalvingDoubling, "halving-doubling"},
    Name{Algorithm::kBruck, "bruck"},
    Name{Collective::kAllReduce, "all-reduce"},
    Name{Collective::kAllGather, "all-gather"},
    Name{Collective::kReduceScatter, "reduce-scatter"},
    Name{Collective::kAllToAll, "all-to-all"},
    Name{Collective::kPointToPoint, "point-to-point"},
    Name{Collective::kBroadcast, "broadcast"},
    Name{Collective::kBarrier, "barrier"},
};

const char* text_of(const Kind& kind) {
  const auto found = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const Name& name) { return name.kind == kind; });
  return found == kNames.end() ? "none" : found->text;
}

template <class Wanted>
std::optional<Wanted> kind_of(std::string_view text) {
  std::string wanted(text);
  std::replace(wanted.begin(), wanted.end(), '_', '-');
  for (const Name& name : kNames) {
    const auto* kind = std::get_if<Wanted>(&name.kind);
    if (kind != nullptr && wanted == name.text) return *kind;
  }
  return std::nullopt;
}

}  // namespace

const char* name_of(Algorithm algorithm) { return text_of(algorithm); }
const char* name_of(Collective collective) { return text_of(collective); }

std::optional<Algorithm> algorithm_of(std::string_view name) { return kind_of<Algorithm>(name); }
std::optional<Collective> collective_of(std::string_view name) { return kind_of<Collective>(name); }

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
