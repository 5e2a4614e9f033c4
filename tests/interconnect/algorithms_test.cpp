// Algorithms that are taken by name or on a torus, broadcast and barrier: closed forms by hand.

#include <cmath>

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::interconnect {
namespace {

using namespace testing;

double seconds(const Fabric& fabric, Collective collective, Algorithm algorithm,
               base::Bytes bytes = kGigabyte) {
  return fabric.cost(collective, everyone(fabric), bytes, algorithm).time.si();
}

Fabric one_switch(int n) {
  return Fabric({make_tier(TierKind::kSwitch, n, make_link(100, 5, 0.8, 400))});
}

constexpr double kAlpha = 5e-6;
constexpr double kBeta = 1 / 80e9;
constexpr double kMessage = 400e3 / 80e9;

TEST(HalvingDoubling, IsThatOfTheLiterature) {
  const double half = 3 * (kAlpha + kMessage) + 7.0 / 8 * 1e9 * kBeta;
  EXPECT_NEAR(seconds(one_switch(8), Collective::kAllReduce, Algorithm::kHalvingDoubling), 2 * half,
              1e-12);
  EXPECT_NEAR(seconds(one_switch(8), Collective::kAllGather, Algorithm::kHalvingDoubling), half,
              1e-12);
}

// Others than powers of two: one more exchange of whole vectors before and after.
TEST(HalvingDoubling, FoldsInWhatIsTooMuch) {
  const double fold = kAlpha + kMessage + 1e9 * kBeta;
  const double eight = seconds(one_switch(8), Collective::kAllReduce, Algorithm::kHalvingDoubling);
  EXPECT_NEAR(seconds(one_switch(11), Collective::kAllReduce, Algorithm::kHalvingDoubling),
              eight + 2 * fold, 1e-12);
}

// Near partners exchange the large halves.
TEST(HalvingDoubling, KeepsMostInTheHost) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(400)),
                       make_tier(TierKind::kFatTree, 4, make_link(50))});
  const double inside = 7.0 / 8 * 1e9 / 400e9;
  const double across = 3.0 / 32 * 1e9 / 50e9;
  EXPECT_NEAR(seconds(fabric, Collective::kAllReduce, Algorithm::kHalvingDoubling),
              2 * (inside + across), 1e-12);
}

TEST(Bruck, TakesLogarithmicallyManySteps) {
  EXPECT_NEAR(seconds(one_switch(8), Collective::kAllToAll, Algorithm::kBruck),
              3 * (kAlpha + kMessage + 0.5e9 * kBeta), 1e-12);
  EXPECT_NEAR(seconds(one_switch(11), Collective::kAllGather, Algorithm::kBruck),
              4 * (kAlpha + kMessage) + 10.0 / 11 * 1e9 * kBeta, 1e-12);
  EXPECT_EQ(seconds(one_switch(8), Collective::kAllReduce, Algorithm::kBruck), INFINITY);
}

TEST(Broadcast, FollowsItsAlgorithm) {
  const Fabric fabric = one_switch(8);
  const double chain = seconds(fabric, Collective::kBroadcast, Algorithm::kRing);
  double best = INFINITY;
  for (int chunks = 1; chunks <= 4096; ++chunks) {
    best = std::min(best, 7 * kAlpha + (6 + chunks) * (1e9 / chunks * kBeta + kMessage));
  }
  EXPECT_NEAR(chain, best, 1e-12);
  EXPECT_NEAR(seconds(fabric, Collective::kBroadcast, Algorithm::kDirect, base::Bytes(1)),
              kAlpha + 7 * (kMessage + kBeta), 1e-12);
  EXPECT_NEAR(seconds(fabric, Collective::kBroadcast, Algorithm::kDirect),
              2 * (kAlpha + 7 * (kMessage + 1e9 / 8 * kBeta)), 1e-12);
  EXPECT_NEAR(2 * seconds(fabric, Collective::kBroadcast, Algorithm::kTree),
              seconds(fabric, Collective::kAllReduce, Algorithm::kTree), 1e-9);
}

TEST(Barrier, IsAnAllReduceOfNothing) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 64, make_link(100, 5))});
  const CollectiveCost barrier =
      fabric.cost(Collective::kBarrier, everyone(fabric), base::Bytes(0));
  EXPECT_EQ(barrier.algorithm, Algorithm::kDirect);
  EXPECT_NEAR(barrier.time.si(), 5e-6, 1e-12);
  EXPECT_NEAR(seconds(fabric, Collective::kBarrier, Algorithm::kTree), 12 * 5e-6, 1e-12);
  EXPECT_EQ(barrier.sent[0].si(), 0);
}

Tier dimension(int children, bool wraps = true) {
  Tier tier = make_tier(TierKind::kRing, children, make_link(50, 1));
  tier.wraps = wraps;
  return tier;
}

TEST(Torus, ARingRunsBothWaysALineOneWay) {
  EXPECT_NEAR(seconds(Fabric({dimension(8)}), Collective::kAllReduce, Algorithm::kRing),
              14 * (1e-6 + 1e9 / 8 / 100e9), 1e-12);
  // A line hands back from its end over all its links.
  EXPECT_NEAR(seconds(Fabric({dimension(8, false)}), Collective::kAllReduce, Algorithm::kRing),
              14 * 1e9 / 8 / 50e9 + 2 * 13 * 1e-6, 1e-12);
}

// All six links of a device at once: 2(n-1)/n · S over their sum, on a cube.
TEST(Torus, BucketsUseAllLinks) {
  const Fabric cube({dimension(4), dimension(4), dimension(4)});
  const double bytes = 2 * 63.0 / 64 * 1e9 / (6 * 50e9);
  EXPECT_NEAR(seconds(cube, Collective::kAllReduce, Algorithm::kTorusBucket), bytes + 18 * 1e-6,
              1e-12);
  const CollectiveCost best = cube.cost(Collective::kAllReduce, everyone(cube), kGigabyte);
  EXPECT_EQ(best.algorithm, Algorithm::kTorusBucket);
  double sent = 0;
  for (const base::Bytes& tier : best.sent) sent += tier.si();
  EXPECT_NEAR(sent, 2 * 63.0 / 64 * 1e9, 1);
}

// A quarter of the way round on average: n/8 of the vector per link of an even ring, the whole of
// what crosses the middle on a line; every dimension carries all messages.
TEST(Torus, AllToAllIsHeldByTheDistance) {
  EXPECT_NEAR(seconds(Fabric({dimension(8)}), Collective::kAllToAll, Algorithm::kDirect),
              1e9 / 50e9 + 4 * 1e-6, 1e-12);
  EXPECT_NEAR(seconds(Fabric({dimension(8, false)}), Collective::kAllToAll, Algorithm::kDirect),
              2 * 1e9 / 50e9 + 7 * 1e-6, 1e-12);
  // One partner after another, messages on their way meet each other.
  EXPECT_EQ(seconds(Fabric({dimension(8)}), Collective::kAllToAll, Algorithm::kPairwise), INFINITY);
  const Fabric torus({dimension(8), dimension(8), dimension(4)});
  const double most = 1e9 / 50e9;  // along the long dimensions
  EXPECT_NEAR(seconds(torus, Collective::kAllToAll, Algorithm::kDirect, kGigabyte),
              most + (4 + 4 + 2) * 1e-6, 1e-9);
}

TEST(Torus, NoTreeOrDirectExchange) {
  const Fabric ring({dimension(8)});
  EXPECT_EQ(seconds(ring, Collective::kAllReduce, Algorithm::kTree), INFINITY);
  EXPECT_EQ(seconds(ring, Collective::kAllReduce, Algorithm::kDirect), INFINITY);
}

// Only who asks for them by name gets these.
TEST(Choice, LeavesOutWhatIsTakenByName) {
  // Each message occupies the port for as long as 100 kB, so that fewer of them are faster.
  const Fabric fabric({make_tier(TierKind::kFatTree, 256, make_link(50, 10, 1, 100))});
  int faster = 0;
  for (const double bytes : {1e2, 1e4, 1e6, 1e8}) {
    for (const Collective collective : {Collective::kAllReduce, Collective::kAllToAll}) {
      const CollectiveCost best = fabric.cost(collective, everyone(fabric), base::Bytes(bytes));
      for (const Algorithm by_name : {Algorithm::kHalvingDoubling, Algorithm::kBruck}) {
        EXPECT_NE(best.algorithm, by_name);
        faster += seconds(fabric, collective, by_name, base::Bytes(bytes)) < best.time.si() ? 1 : 0;
      }
    }
  }
  EXPECT_GT(faster, 1);  // or it would be left out for its time
}

TEST(Names, ReadAsTheyAreWritten) {
  for (int i = 0; i <= static_cast<int>(Algorithm::kBruck); ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    EXPECT_EQ(algorithm_of(name_of(algorithm)), algorithm);
  }
  for (int i = 0; i <= static_cast<int>(Collective::kBarrier); ++i) {
    const auto collective = static_cast<Collective>(i);
    EXPECT_EQ(collective_of(name_of(collective)), collective);
  }
  EXPECT_EQ(collective_of("all_reduce"), Collective::kAllReduce);
  EXPECT_EQ(algorithm_of("halving_doubling"), Algorithm::kHalvingDoubling);
  EXPECT_EQ(collective_of("all reduce"), std::nullopt);
}

TEST(BusFactor, IsThatOfNcclTests) {
  EXPECT_DOUBLE_EQ(bus_factor(Collective::kAllReduce, 8), 1.75);
  EXPECT_DOUBLE_EQ(bus_factor(Collective::kAllGather, 8), 0.875);
  EXPECT_DOUBLE_EQ(bus_factor(Collective::kBroadcast, 8), 1);
}

// The new ones obey the bound, too, also where groups do not fill rings.
TEST(Properties, NothingAlongRingsBeatsTheLowerBound) {
  Dice dice(21);
  int finite = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<Tier> tiers = random_tiers(dice);
    for (Tier& tier : tiers) {
      if (dice.whole(1, 3) > 1 || tier.kind == TierKind::kPair) continue;
      tier.kind = TierKind::kRing;
      tier.wraps = dice.coin();
      tier.shares_ports = false;
      tier.oversubscription = 1;
    }
    const Fabric fabric(tiers);
    if (fabric.size() < 2) continue;
    const auto collective = static_cast<Collective>(dice.whole(0, 6));
    const GroupShape group = collective == Collective::kPointToPoint ? random_pair(dice, fabric)
                                                                     : random_group(dice, fabric);
    const base::Bytes bytes(std::exp(dice.uniform(0, 25)));
    const double bound = fabric.lower_bound(collective, group, bytes).si();
    for (int name = 1; name <= static_cast<int>(Algorithm::kBruck); ++name) {
      const auto algorithm = static_cast<Algorithm>(name);
      const double time = fabric.cost(collective, group, bytes, algorithm).time.si();
      finite += std::isfinite(time) ? 1 : 0;
      ASSERT_GE(time, bound * (1 - 1e-9))
          << i << " " << name_of(algorithm) << " " << name_of(collective) << " size " << group.size;
    }
  }
  EXPECT_GT(finite, 30000);
}

}  // namespace
}  // namespace weft::interconnect
