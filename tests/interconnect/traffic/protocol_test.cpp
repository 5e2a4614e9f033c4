// What closed forms choose, flows do: the low-latency way of links, reduction in the switches of a
// tier; and what flows say when there is no way.
#include <cmath>

#include <gtest/gtest.h>

#include "fabrics.h"
#include "weft/traffic/matrix.h"

namespace weft::traffic {
namespace {

using namespace testing;

Link quick_link(double gigabytes, double microseconds, double quick_microseconds) {
  Link link = make_link(gigabytes, microseconds, 0.8, 60);
  link.low_latency = interconnect::LowLatency{base::Time(quick_microseconds * 1e-6), 0.4};
  link.call_overhead = base::Time(3e-6);
  return link;
}

// Returns whether the low-latency way was taken.
bool expect_like_closed_form(const Fabric& fabric, Collective collective, Algorithm algorithm,
                             double bytes) {
  SCOPED_TRACE(::testing::Message() << name_of(collective) << " by " << name_of(algorithm) << " of "
                                    << fabric.size() << ", " << bytes << " bytes");
  const auto group = everyone(fabric);
  const RunResult result = run(Network(fabric), collective, algorithm, group, bytes, {});
  const Prepared prepared = prepare(fabric, collective, algorithm, group, bytes);
  const double closed = closed_form(fabric, collective, algorithm, group, bytes);
  EXPECT_NEAR(result.time / closed, 1, 1e-9);
  return prepared.job.low_latency;
}

TEST(Protocol, SmallMessagesTakeTheLowLatencyWay) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, quick_link(50, 5, 1))});
  for (const Algorithm algorithm :
       {Algorithm::kRing, Algorithm::kDirect, Algorithm::kHalvingDoubling}) {
    EXPECT_TRUE(expect_like_closed_form(fabric, Collective::kAllReduce, algorithm, 1e3));
    EXPECT_FALSE(expect_like_closed_form(fabric, Collective::kAllReduce, algorithm, 3e8));
  }
  EXPECT_TRUE(expect_like_closed_form(fabric, Collective::kBarrier, Algorithm::kDirect, 0));
  EXPECT_FALSE(expect_like_closed_form(fabric, Collective::kAllToAll, Algorithm::kDirect, 1e3));
}

TEST(Protocol, EachTierHasALowLatencyWayOfItsOwn) {
  const Fabric both({make_tier(TierKind::kSwitch, 8, quick_link(400, 3, 1)),
                     make_tier(TierKind::kSwitch, 4, quick_link(50, 9, 2))});
  EXPECT_TRUE(expect_like_closed_form(both, Collective::kAllGather, Algorithm::kHierarchical, 1e3));
  const Fabric inner({make_tier(TierKind::kSwitch, 8, quick_link(400, 3, 1)),
                      make_tier(TierKind::kSwitch, 4, make_link(50, 9, 0.8, 60))});
  EXPECT_TRUE(
      expect_like_closed_form(inner, Collective::kAllGather, Algorithm::kHierarchical, 1e3));
}

TEST(Protocol, SwitchesReduceInsideAHierarchy) {
  Link nvlink = make_link(400, 1, 0.8, 30);
  Link outer = make_link(50, 5, 0.8, 60);
  const auto time = [&] {
    std::vector<Tier> tiers{make_tier(TierKind::kSwitch, 8, nvlink),
                            make_tier(TierKind::kSwitch, 4, outer)};
    for (Tier& tier : tiers) tier.switches = 2;
    const Fabric fabric(tiers);
    EXPECT_FALSE(
        expect_like_closed_form(fabric, Collective::kAllReduce, Algorithm::kHierarchical, 3e8));
    return closed_form(fabric, Collective::kAllReduce, Algorithm::kHierarchical, everyone(fabric),
                       3e8);
  };
  const double by_ranks = time();
  const interconnect::InSwitchReduction reduction{4, 0.9, base::Time(2e-6)};
  nvlink.in_switch_reduction = reduction;
  const double inside = time();
  EXPECT_LT(inside, 0.9 * by_ranks);
  outer.in_switch_reduction = reduction;
  EXPECT_LT(time(), 0.9 * inside);
  nvlink.in_switch_reduction.reset();
  EXPECT_LT(time(), by_ranks);
}

TEST(Protocol, SaysWhichPairsAreParted) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 4, make_link(50))});
  const Network network(fabric);
  RunOptions options;
  options.changes = {{0, network.graph().out(2).front(), 0}};
  const RunResult result =
      run(network, Collective::kAllToAll, Algorithm::kDirect, everyone(fabric), 1e9, options);
  EXPECT_EQ(result.failed, 3);
  EXPECT_EQ(result.parted_pairs, 3);
  ASSERT_TRUE(result.parted.has_value());
  EXPECT_EQ(result.parted->first, 2);
  EXPECT_EQ(result.events, 4 * 3 - 3);
  EXPECT_FALSE(run(network, Collective::kAllToAll, Algorithm::kDirect, everyone(fabric), 1e9, {})
                   .parted.has_value());
}

// A hash tells connections 65,536 apart from each other.
TEST(Protocol, HashesTellManyConnectionsApart) {
  constexpr std::int32_t kFew = 16;
  constexpr std::int32_t kApart = 1 << 16;
  const Network network(k_ary_tree(8, 3, make_link(50)));
  const auto last = static_cast<std::int32_t>(network.fabric().size()) - 1;
  RunOptions options;
  options.routing.policy = graph::Policy::kEcmp;
  const auto bytes_by_link = [&](std::int32_t connections) {
    Matrix matrix;
    matrix.nodes = last + 1;
    for (std::int32_t i = 0; i < connections; ++i) {
      const bool counts = i % kApart < kFew;
      matrix.connections.push_back({0, counts ? last : 0, counts ? 1e6 : 0});
    }
    return run(network, matrix, options).run.hottest;
  };
  const auto once = bytes_by_link(kFew);
  const auto twice = bytes_by_link(kApart + kFew);
  ASSERT_EQ(once.size(), twice.size());
  bool differs = false;
  for (std::size_t i = 0; i < once.size(); ++i) {
    differs = differs || twice[i].bytes != 2 * once[i].bytes;
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace weft::traffic
