// No collective beats its lower bound, in closed form or in flows, on any fabric.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "../fabrics.h"
#include "fabrics.h"

namespace weft::traffic {
namespace {

using interconnect::testing::Dice;

constexpr std::array kEveryCollective{Collective::kAllReduce,     Collective::kAllGather,
                                      Collective::kReduceScatter, Collective::kAllToAll,
                                      Collective::kPointToPoint,  Collective::kBroadcast,
                                      Collective::kBarrier};
constexpr std::array kEveryAlgorithm{Algorithm::kRing,        Algorithm::kTree,
                                     Algorithm::kDirect,      Algorithm::kHierarchical,
                                     Algorithm::kInSwitch,    Algorithm::kPairwise,
                                     Algorithm::kTorusBucket, Algorithm::kHalvingDoubling,
                                     Algorithm::kBruck};

interconnect::Tier any_tier(Dice& dice, std::int64_t inside) {
  using interconnect::TierKind;
  constexpr std::array kKinds{TierKind::kFullMesh, TierKind::kSwitch, TierKind::kFatTree,
                              TierKind::kRing, TierKind::kLongHaul};
  interconnect::Link link = interconnect::testing::random_link(dice);
  if (inside > 1) link.in_switch_reduction.reset();
  const TierKind kind = kKinds.at(static_cast<std::size_t>(dice.whole(0, 4)));
  interconnect::Tier tier =
      interconnect::testing::make_tier(kind, static_cast<int>(dice.whole(2, 6)), link);
  tier.wraps = dice.coin();
  tier.switches = dice.whole(1, 3);
  if (dice.coin()) tier.links_per_device = static_cast<double>(dice.whole(1, 3));
  // Two neighbours inside share a port.
  const bool has_ports = kind == TierKind::kSwitch || kind == TierKind::kFatTree;
  if (has_ports && inside % 2 == 0 && dice.coin()) tier.links_per_device = 0.5;
  if (dice.coin() && kind == TierKind::kFatTree) tier.oversubscription = 2;
  tier.layer_oversubscription[0] = tier.oversubscription;
  return tier;
}

// Kinds that chance seldom finds: reduction inside a switch, and the torus.
std::vector<interconnect::Tier> rare_tiers(Dice& dice, bool is_torus) {
  using interconnect::TierKind;
  const auto kind = is_torus ? TierKind::kRing : TierKind::kSwitch;
  std::vector<interconnect::Tier> tiers;
  for (std::int64_t i = dice.whole(is_torus ? 2 : 1, is_torus ? 3 : 1); i > 0; --i) {
    auto link = interconnect::testing::random_link(dice);
    link.in_switch_reduction.reset();
    if (!is_torus)
      link.in_switch_reduction = interconnect::InSwitchReduction{2, dice.uniform(0.3, 1), {}};
    tiers.push_back(interconnect::testing::make_tier(
        kind, static_cast<int>(dice.whole(2, is_torus ? 3 : 8)), link));
    tiers.back().switches = 1;
  }
  return tiers;
}

interconnect::Fabric any_fabric(Dice& dice, int round) {
  if (round % 6 < 2) return interconnect::Fabric(rare_tiers(dice, round % 6 == 0));
  for (;;) {
    std::vector<interconnect::Tier> tiers;
    const std::int64_t count = dice.whole(1, 3);
    std::int64_t inside = 1;
    for (std::int64_t i = 0; i < count; ++i) {
      tiers.push_back(any_tier(dice, inside));
      inside *= tiers.back().children;
    }
    interconnect::Fabric fabric(std::move(tiers));
    if (fabric.size() <= 24) return fabric;
  }
}

std::vector<std::int32_t> any_group(Dice& dice, const interconnect::Fabric& fabric,
                                    Collective collective) {
  const auto devices = static_cast<std::int32_t>(fabric.size());
  std::int64_t size = collective == Collective::kPointToPoint ? 2 : dice.whole(2, devices);
  if (collective != Collective::kPointToPoint && dice.coin()) size = devices;
  std::vector<std::int32_t> group;
  for (std::int32_t device = 0; device < devices; ++device) {
    const std::int64_t left = size - static_cast<std::int64_t>(group.size());
    if (dice.whole(1, devices - device) <= left) group.push_back(device);
  }
  return group;
}

std::string words_of(const interconnect::Fabric& fabric) {
  std::string words;
  for (const interconnect::Tier& tier : fabric.tiers()) {
    words += fmt::format(" kind {} of {}, {} links of {} GB/s;", static_cast<int>(tier.kind),
                         tier.children, tier.links_per_device, tier.link.bandwidth.si() / 1e9);
  }
  return words;
}

TEST(Bounds, NoRunBeatsThem) {
  Dice dice(11);
  // What closed forms know, flows carry out: each such pair, and how often.
  std::map<std::pair<Algorithm, Collective>, int> runs;
  std::map<Algorithm, int> by_algorithm;
  for (int i = 0; i < 300; ++i) {
    const interconnect::Fabric fabric = any_fabric(dice, i);
    const Network network(fabric);
    const Collective collective = kEveryCollective.at(dice.whole(0, 6));
    const auto group = any_group(dice, fabric, collective);
    const double bytes = std::exp(dice.uniform(3, 23));
    const double least = testing::bound(fabric, collective, group, bytes);
    RunOptions options;
    options.routing.policy = static_cast<graph::Policy>(dice.whole(0, 2));
    options.routing.seed = static_cast<std::uint64_t>(i);
    for (const Algorithm algorithm : kEveryAlgorithm) {
      const double closed = testing::closed_form(fabric, collective, algorithm, group, bytes);
      SCOPED_TRACE(::testing::Message()
                   << i << ": " << name_of(collective) << " by " << name_of(algorithm) << " of "
                   << group.size() << " of " << fabric.size() << words_of(fabric) << ", " << bytes
                   << " bytes");
      ASSERT_GE(closed, least * (1 - 1e-9));
      if (!std::isfinite(closed)) continue;
      const RunResult result = run(network, collective, algorithm, group, bytes, options);
      ++by_algorithm[algorithm];
      ++runs[{algorithm, collective}];
      ASSERT_GE(result.time, least * (1 - 1e-9)) << name_of(options.routing.policy);
      ASSERT_EQ(result.failed, 0);
    }
  }
  for (const Algorithm algorithm : kEveryAlgorithm) {
    EXPECT_GE(by_algorithm[algorithm], 15) << name_of(algorithm);
  }
  EXPECT_GE(runs.size(), 28U);
}

}  // namespace
}  // namespace weft::traffic
