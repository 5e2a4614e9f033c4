// Single costs that can be worked out by hand.

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::interconnect {
namespace {

using namespace testing;

double seconds(const Fabric& fabric, Collective collective, const GroupShape& group,
               Algorithm algorithm, base::Bytes bytes = kGigabyte) {
  return fabric.cost(collective, group, bytes, algorithm).time.si();
}

TEST(Ring, PaysBytesAndLatencyPerStep) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(100, 5, 0.8, 400))});
  const double step = 5e-6 + (1e9 / 8 + 400e3) / 80e9;
  const GroupShape all = everyone(fabric);
  EXPECT_NEAR(seconds(fabric, Collective::kAllReduce, all, Algorithm::kRing), 14 * step, 1e-12);
  EXPECT_NEAR(seconds(fabric, Collective::kAllGather, all, Algorithm::kRing), 7 * step, 1e-12);
}

// Eight devices with a network port each: the ring leaves the host through all eight.
TEST(Ring, UsesAllPortsOfAHost) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(900)),
                       make_tier(TierKind::kFatTree, 4, make_link(50))});
  const double expected = 2 * 31.0 / 32 * 1e9 / (8 * 50e9);
  EXPECT_NEAR(seconds(fabric, Collective::kAllReduce, everyone(fabric), Algorithm::kRing), expected,
              1e-12);
  const double one_per_host = 2 * 3.0 / 4 * 1e9 / 50e9;
  EXPECT_NEAR(seconds(fabric, Collective::kAllReduce, fabric.group(32, 8, 4), Algorithm::kRing),
              one_per_host, 1e-12);
}

TEST(Ring, OverUnevenChildrenIsHeldByTheSmallest) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 72, make_link(900)),
                       make_tier(TierKind::kFatTree, 5, make_link(50))});
  const GroupShape group = fabric.group(360, 1, 40);  // 8 in one rack, 32 in the other
  EXPECT_NEAR(seconds(fabric, Collective::kAllGather, group, Algorithm::kRing),
              39.0 / 40 * 1e9 / (8 * 50e9), 1e-12);
  EXPECT_EQ(seconds(fabric, Collective::kAllGather, group, Algorithm::kHierarchical), INFINITY);
}

// A pair in a full mesh of eight has one link of seven: measured on MI300X, 47.7 GB/s bus bandwidth
// on two and 312.9 on eight (github.com/stas00/ml-engineering network/README.md @744d01e).
TEST(FullMesh, IsNoSwitch) {
  const Fabric fabric({make_tier(TierKind::kFullMesh, 8, make_link(28))});
  const Tier& tier = fabric.tiers()[0];
  EXPECT_NEAR(tier.device_bandwidth(2) / tier.device_bandwidth(8), 1.0 / 7, 1e-12);
  const auto bus_bandwidth = [&](int n) {
    const CollectiveCost cost =
        fabric.cost(Collective::kAllReduce, fabric.group(8, 1, n), kGigabyte);
    return 2.0 * (n - 1) / n * 1e9 / cost.time.si();
  };
  EXPECT_NEAR(bus_bandwidth(2), 28e9, 1);
  EXPECT_NEAR(bus_bandwidth(4), 3 * 28e9, 10);
  EXPECT_NEAR(bus_bandwidth(8), 7 * 28e9, 10);
}

TEST(FullMesh, Mi300xWithinFivePercent) {
  const Fabric fabric({make_tier(TierKind::kFullMesh, 8, make_link(64, 3, 0.72, 100))});
  const base::Bytes bytes(4294967296.0);
  const auto bus_bandwidth = [&](int n) {
    const CollectiveCost cost = fabric.cost(Collective::kAllReduce, fabric.group(8, 1, n), bytes);
    return 2.0 * (n - 1) / n * bytes.si() / cost.time.si() / kGiga;
  };
  EXPECT_NEAR(bus_bandwidth(2), 47.7, 0.05 * 47.7);
  EXPECT_NEAR(bus_bandwidth(8), 312.9, 0.05 * 312.9);
}

TEST(Direct, TwoShotsForBytesOneForLatency) {
  const Fabric fabric({make_tier(TierKind::kFullMesh, 4, make_link(10, 10))});
  const GroupShape all = everyone(fabric);
  EXPECT_NEAR(seconds(fabric, Collective::kAllReduce, all, Algorithm::kDirect),
              2 * (10e-6 + 0.25 / 10), 1e-9);
  EXPECT_NEAR(seconds(fabric, Collective::kAllReduce, all, Algorithm::kDirect, base::Bytes(100)),
              10e-6 + 100 / 10e9, 1e-12);
}

TEST(Tree, BeatsTheRingOnManySmallVectors) {
  const Fabric fabric({make_tier(TierKind::kFatTree, 256, make_link(50, 10))});
  const GroupShape all = everyone(fabric);
  EXPECT_NEAR(seconds(fabric, Collective::kAllReduce, all, Algorithm::kTree, base::Bytes(8)),
              16 * fabric.message_latency(0).si(), 1e-9);
  EXPECT_EQ(fabric.cost(Collective::kAllReduce, all, base::Bytes(1e3)).algorithm, Algorithm::kTree);
  EXPECT_EQ(fabric.cost(Collective::kAllReduce, all, base::Bytes(1e12)).algorithm,
            Algorithm::kRing);
}

TEST(InSwitch, OnlyHelpsAllReduceOfEnoughRanks) {
  Link link = make_link(450);
  link.in_switch_reduction = InSwitchReduction{5, 1.0, base::Time(0)};
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, link)});
  const auto time = [&](int n) {
    return seconds(fabric, Collective::kAllReduce, fabric.group(8, 1, n), Algorithm::kInSwitch);
  };
  EXPECT_EQ(time(4), INFINITY);
  EXPECT_NEAR(time(8), 1.125 * 1e9 / 450e9, 1e-12);
  EXPECT_EQ(seconds(fabric, Collective::kAllGather, everyone(fabric), Algorithm::kInSwitch),
            INFINITY);
  EXPECT_EQ(fabric.cost(Collective::kAllReduce, everyone(fabric), kGigabyte).algorithm,
            Algorithm::kInSwitch);
}

// The whole vector stays inside; only an eighth of it crosses, on every port at once.
TEST(Hierarchical, AddsItsStages) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(100)),
                       make_tier(TierKind::kFatTree, 4, make_link(10))});
  const double inside = 2 * 7.0 / 8 * 1e9 / 100e9;
  const double across = 2 * 3.0 / 4 * 1e9 / 8 / 10e9;
  EXPECT_NEAR(seconds(fabric, Collective::kAllReduce, everyone(fabric), Algorithm::kHierarchical),
              inside + across, 1e-12);
}

// 4 hosts × 8 B200, 4 GiB: 22.05 ms measured (github.com/stas00/ml-engineering @744d01e). The flat
// ring at nominal network bandwidth takes 20.8 ms, the hierarchical all-reduce between 16.1 ms, the
// network alone, and 26.3 ms with its stages one after another.
TEST(Hierarchical, BracketsFourHostsOfEightB200) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(740)),
                       make_tier(TierKind::kFatTree, 4, make_link(50))});
  const base::Bytes bytes(4294967296.0);
  const GroupShape all = everyone(fabric);
  const double flat = seconds(fabric, Collective::kAllReduce, all, Algorithm::kRing, bytes);
  const double serial =
      seconds(fabric, Collective::kAllReduce, all, Algorithm::kHierarchical, bytes);
  const double network_alone =
      seconds(fabric, Collective::kAllReduce, fabric.group(32, 8, 4), Algorithm::kRing, bytes / 8);
  EXPECT_NEAR(flat, 20.8e-3, 0.05e-3);
  EXPECT_NEAR(network_alone, 16.1e-3, 0.05e-3);
  EXPECT_NEAR(serial, 26.3e-3, 0.05e-3);
  EXPECT_LT(flat, 22.05e-3);
  EXPECT_GT(serial, 22.05e-3);
}

// 32 ranks on four hosts: 24 of 32 parts cross the network, 7 stay in the host, side by side.
TEST(AllToAll, IsLimitedByTheSlowestTier) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(400)),
                       make_tier(TierKind::kFatTree, 4, make_link(50))});
  const CollectiveCost cost = fabric.cost(Collective::kAllToAll, everyone(fabric), kGigabyte);
  EXPECT_NEAR(cost.time.si(), 24.0 / 32 * 1e9 / 50e9, 1e-12);
  EXPECT_NEAR(cost.sent[0].si(), 7.0 / 32 * 1e9, 1);
  EXPECT_NEAR(cost.sent[1].si(), 24.0 / 32 * 1e9, 1);
}

// Behind shared ports the two tiers add up instead.
TEST(AllToAll, AddsUpOnSharedPorts) {
  Tier outer = make_tier(TierKind::kSwitch, 4, make_link(100));
  outer.shares_ports = true;
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(100)), outer});
  const CollectiveCost cost = fabric.cost(Collective::kAllToAll, everyone(fabric), kGigabyte);
  EXPECT_NEAR(cost.time.si(), 31.0 / 32 * 1e9 / 100e9, 1e-12);
}

// All messages posted together pay latency once and use both tiers side by side; one after another
// each pays its own, over one tier at a time.
TEST(AllToAll, PaysLatencyOnceWhenPostedAtOnce) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(400, 1, 1, 40)),
                       make_tier(TierKind::kFatTree, 4, make_link(50, 5, 1, 20))});
  const GroupShape all = everyone(fabric);
  const base::Bytes bytes(32e3);
  const double network = 24 * (1e3 + 20e3) / 50e9;
  const CollectiveCost posted = fabric.cost(Collective::kAllToAll, all, bytes);
  EXPECT_EQ(posted.algorithm, Algorithm::kDirect);
  EXPECT_NEAR(posted.time.si(), network + 5e-6, 1e-12);
  EXPECT_NEAR(posted.sent[1].si(), 24e3, 1e-6);
  EXPECT_NEAR(seconds(fabric, Collective::kAllToAll, all, Algorithm::kPairwise, bytes),
              network + 24 * 5e-6 + 7 * ((1e3 + 40e3) / 400e9 + 1e-6), 1e-12);
}

// Over a torus the message with the longest way: half round each dimension.
TEST(AllToAll, PaysTheLongestWay) {
  const Fabric torus({make_tier(TierKind::kRing, 8, make_link(50, 1)),
                      make_tier(TierKind::kRing, 4, make_link(50, 1))});
  EXPECT_NEAR(seconds(torus, Collective::kAllToAll, everyone(torus), Algorithm::kDirect),
              1e9 / 50e9 + (4 + 2) * 1e-6, 1e-12);
}

TEST(LowLatency, IsForSmallMessages) {
  Link link = make_link(100, 5, 0.8, 400);
  link.low_latency = LowLatency{base::Time(1e-6), 0.4};
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, link)});
  const auto cost = [&](Collective collective, double bytes, Algorithm algorithm) {
    return fabric.cost(collective, everyone(fabric), base::Bytes(bytes), algorithm);
  };
  const CollectiveCost small = cost(Collective::kAllReduce, 8e3, Algorithm::kRing);
  EXPECT_TRUE(small.low_latency);
  EXPECT_NEAR(small.time.si(), 14 * (1e-6 + 1e3 / 40e9), 1e-12);
  const CollectiveCost large = cost(Collective::kAllReduce, 8e9, Algorithm::kRing);
  EXPECT_FALSE(large.low_latency);
  EXPECT_NEAR(large.time.si(), 14 * (5e-6 + (1e9 + 400e3) / 80e9), 1e-12);
  EXPECT_TRUE(cost(Collective::kBarrier, 0, Algorithm::kNone).low_latency);
  EXPECT_FALSE(cost(Collective::kAllToAll, 8, Algorithm::kNone).low_latency);
  EXPECT_NEAR(fabric.lower_bound(Collective::kAllReduce, everyone(fabric), base::Bytes(8)).si(),
              1e-6, 1e-15);
}

TEST(PointToPoint, CrossesTheOutermostTier) {
  const Fabric fabric({make_tier(TierKind::kFullMesh, 8, make_link(28, 2)),
                       make_tier(TierKind::kFatTree, 4, make_link(25, 5))});
  const auto time = [&](std::int64_t stride) {
    const GroupShape pair = fabric.neighbours(32, stride);
    return fabric.cost(Collective::kPointToPoint, pair, kGigabyte).time.si();
  };
  EXPECT_NEAR(time(8), 5e-6 + 1e9 / 25e9, 1e-12);
  const GroupShape inside = fabric.neighbours(8, 1);
  EXPECT_NEAR(fabric.cost(Collective::kPointToPoint, inside, kGigabyte).time.si(),
              2e-6 + 1e9 / 28e9, 1e-12);
}

TEST(Names, AreThoseOfTheField) {
  EXPECT_STREQ(name_of(Algorithm::kHierarchical), "hierarchical");
  EXPECT_STREQ(name_of(Algorithm::kNone), "none");
  EXPECT_STREQ(name_of(Collective::kReduceScatter), "reduce-scatter");
}

}  // namespace
}  // namespace weft::interconnect
