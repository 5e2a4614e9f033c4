// Links, tiers and random fabrics for the tests of this room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "weft/interconnect/fabric.h"

namespace weft::interconnect::testing {

inline constexpr double kGiga = 1e9;
inline constexpr double kMicro = 1e-6;
inline constexpr double kGibi = 1 << 30;
inline constexpr base::Bytes kGigabyte{1e9};

inline Link make_link(double gigabytes_per_second, double microseconds = 0, double efficiency = 1,
                      double half_kilobytes = 0) {
  Link link;
  link.name = "link";
  link.bandwidth = base::Bandwidth(gigabytes_per_second * kGiga);
  link.latency = base::Time(microseconds * kMicro);
  link.efficiency = efficiency;
  link.all_to_all_efficiency = efficiency;
  link.half_size = base::Bytes(half_kilobytes * 1e3);
  return link;
}

inline Tier make_tier(TierKind kind, int children, const Link& link) {
  Tier tier;
  tier.name = "tier";
  tier.kind = kind;
  tier.children = children;
  tier.link = link;
  return tier;
}

// A k-ary fat tree of three layers of switches (k³/4 devices) or two (k²/2).
inline Fabric k_ary_tree(int k, int layers, const Link& link) {
  Tier tier = make_tier(TierKind::kFatTree, layers == 3 ? k * k * k / 4 : k * k / 2, link);
  tier.radix = k;
  tier.layers = layers;
  return Fabric({tier});
}

// The whole of a fabric as one group.
inline GroupShape everyone(const Fabric& fabric) {
  return fabric.group(fabric.size(), 1, static_cast<int>(fabric.size()));
}

inline constexpr std::array kCollectives{Collective::kAllReduce, Collective::kAllGather,
                                         Collective::kReduceScatter, Collective::kAllToAll,
                                         Collective::kPointToPoint};
inline constexpr std::array kAlgorithms{Algorithm::kRing,     Algorithm::kTree,
                                        Algorithm::kDirect,   Algorithm::kHierarchical,
                                        Algorithm::kInSwitch, Algorithm::kPairwise};

// Random cases, the same on every machine: only the raw engine is used, whose output is specified.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  // Uniform in low .. high, both included.
  std::int64_t whole(std::int64_t low, std::int64_t high) {
    const auto values = static_cast<std::uint64_t>(std::max<std::int64_t>(high - low + 1, 1));
    return low + static_cast<std::int64_t>(engine_() % values);
  }
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1.0p-53;
  }
  bool coin() { return (engine_() & 1) != 0; }

 private:
  std::mt19937_64 engine_;
};

inline Link random_link(Dice& dice) {
  Link link = make_link(dice.uniform(1, 1000), dice.uniform(0, 20), dice.uniform(0.2, 1),
                        dice.coin() ? dice.uniform(0, 4000) : 0);
  link.all_to_all_efficiency = dice.uniform(0.1, 1);
  link.switch_latency = base::Time(dice.uniform(0, 1) * kMicro);
  link.call_overhead = base::Time(dice.coin() ? dice.uniform(0, 20) * kMicro : 0);
  if (dice.coin()) {
    link.in_switch_reduction =
        InSwitchReduction{static_cast<int>(dice.whole(2, 8)), dice.uniform(0.3, 1),
                          base::Time(dice.uniform(0, 100) * kMicro)};
  }
  if (dice.coin()) {
    link.low_latency = LowLatency{base::Time(dice.uniform(0, 20) * kMicro), dice.uniform(0.1, 1)};
  }
  return link;
}

inline Tier random_tier(Dice& dice, bool is_innermost) {
  const int first = is_innermost ? 0 : 1;  // a pair stands innermost
  const auto kind = static_cast<TierKind>(dice.whole(first, 3));
  Tier tier = make_tier(kind, static_cast<int>(dice.whole(1, 9)), random_link(dice));
  if (kind == TierKind::kPair) tier.children = 2;
  if (dice.coin()) tier.links_per_device = dice.uniform(0.25, 8);
  if (dice.coin() && kind != TierKind::kPair) tier.oversubscription = dice.uniform(1, 8);
  tier.shares_ports = !is_innermost && kind == TierKind::kSwitch && dice.coin();
  return tier;
}

inline std::vector<Tier> random_tiers(Dice& dice) {
  std::vector<Tier> tiers;
  const std::int64_t count = dice.whole(1, 4);
  for (std::int64_t i = 0; i < count; ++i) tiers.push_back(random_tier(dice, i == 0));
  return tiers;
}

// Any group: evenly strided, or a random set of devices.
inline GroupShape random_group(Dice& dice, const Fabric& fabric) {
  const std::int64_t devices = fabric.size();
  if (dice.coin()) {
    const std::int64_t stride = dice.whole(1, std::max<std::int64_t>(devices / 2, 1));
    const auto size = static_cast<int>(dice.whole(1, devices / stride));
    return fabric.group(dice.whole(stride * size, devices), stride, size);
  }
  std::vector<std::int64_t> chosen;
  const std::int64_t one_in = dice.whole(1, 6);
  for (std::int64_t device = 0; device < devices; ++device) {
    if (dice.whole(1, one_in) == 1) chosen.push_back(device);
  }
  if (chosen.empty()) chosen.push_back(0);
  return fabric.shape_of(chosen);
}

inline GroupShape random_pair(Dice& dice, const Fabric& fabric) {
  const std::int64_t stride = dice.whole(1, fabric.size() - 1);
  return fabric.neighbours(dice.whole(stride + 1, fabric.size()), stride);
}

}  // namespace weft::interconnect::testing
