// What must hold for every fabric, group, size, collective and algorithm.

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::interconnect {
namespace {

using namespace testing;

constexpr double kSlack = 1 - 1e-9;  // rounding

struct Case {
  Fabric fabric;
  Collective collective;
  GroupShape group;
  base::Bytes bytes;
};

Case random_case(Dice& dice) {
  Fabric fabric(random_tiers(dice));
  while (fabric.size() < 2) fabric = Fabric(random_tiers(dice));
  const Collective collective = kCollectives.at(dice.whole(0, 4));
  const bool is_pair = collective == Collective::kPointToPoint;
  const GroupShape group = is_pair ? random_pair(dice, fabric) : random_group(dice, fabric);
  const base::Bytes bytes(std::exp(dice.uniform(0, 25)));
  return {std::move(fabric), collective, group, bytes};
}

double seconds(const Case& c) { return c.fabric.cost(c.collective, c.group, c.bytes).time.si(); }

TEST(Properties, NothingBeatsTheLowerBound) {
  Dice dice(1);
  int finite = 0;
  for (int i = 0; i < 20000; ++i) {
    const Case c = random_case(dice);
    const double bound = c.fabric.lower_bound(c.collective, c.group, c.bytes).si();
    for (const Algorithm algorithm : kAlgorithms) {
      const double time = c.fabric.cost(c.collective, c.group, c.bytes, algorithm).time.si();
      finite += std::isfinite(time) ? 1 : 0;
      ASSERT_GE(time, bound * kSlack)
          << i << " " << name_of(algorithm) << " " << name_of(c.collective) << " size "
          << c.group.size << " bytes " << c.bytes.si();
    }
  }
  EXPECT_GT(finite, 30000);
}

// The bounds of a flat network, written out: this keeps lower_bound() itself honest.
TEST(Properties, LowerBoundIsThatOfTheLiterature) {
  Dice dice(2);
  for (int i = 0; i < 2000; ++i) {
    Link link = random_link(dice);
    link.in_switch_reduction.reset();
    link.low_latency.reset();
    const Fabric fabric({make_tier(TierKind::kSwitch, static_cast<int>(dice.whole(2, 64)), link)});
    const auto n = static_cast<double>(fabric.size());
    const double port = 1e6 / link.bandwidth.si();
    const GroupShape group = everyone(fabric);
    const auto bound = [&](Collective collective) {
      return fabric.lower_bound(collective, group, base::Bytes(1e6)).si() * (1 + 1e-12);
    };
    EXPECT_GE(bound(Collective::kAllReduce), 2 * (n - 1) / n * port);
    EXPECT_GE(bound(Collective::kAllGather), (n - 1) / n * port);
    EXPECT_GE(bound(Collective::kReduceScatter), (n - 1) / n * port);
    EXPECT_GE(bound(Collective::kAllToAll), (n - 1) / n * port);
    EXPECT_GE(bound(Collective::kAllReduce), link.latency.si());
  }
}

// All-to-all between halves: n²/4 pairs of S/n bytes each way through the bisection.
TEST(Properties, AllToAllRespectsTheBisection) {
  Dice dice(3);
  for (int i = 0; i < 2000; ++i) {
    const Fabric fabric(
        {make_tier(TierKind::kSwitch, 1 + static_cast<int>(dice.whole(0, 7)), random_link(dice)),
         make_tier(TierKind::kFatTree, 2 * static_cast<int>(dice.whole(1, 8)), random_link(dice))});
    const double bisection = fabric.inventory().back().bisection.si();
    const double least = static_cast<double>(fabric.size()) * 1e8 / 4 / bisection;
    const CollectiveCost cost =
        fabric.cost(Collective::kAllToAll, everyone(fabric), base::Bytes(1e8));
    EXPECT_GE(cost.time.si(), least * kSlack);
  }
}

// An algorithm that talks to one partner at a time needs log2 n steps of latency at least.
TEST(Properties, LatencyIsPaidPerStep) {
  Dice dice(4);
  int finite = 0;
  for (int i = 0; i < 5000; ++i) {
    const Case c = random_case(dice);
    double least = INFINITY;
    for (std::size_t tier = 0; tier < c.fabric.tiers().size(); ++tier) {
      if (c.group.tiers.at(tier).children < 2) continue;
      least = std::min(least, c.fabric.message_latency(static_cast<int>(tier)).si());
      const auto& low = c.fabric.tiers()[tier].link.low_latency;
      if (low) least = std::min(least, low->latency.si());
    }
    if (!std::isfinite(least)) continue;
    const double steps = std::ceil(std::log2(c.group.size));
    for (const Algorithm algorithm : {Algorithm::kRing, Algorithm::kTree, Algorithm::kPairwise}) {
      const double time = c.fabric.cost(c.collective, c.group, c.bytes, algorithm).time.si();
      ASSERT_GE(time, steps * least * kSlack) << i << name_of(algorithm) << c.group.size;
      finite += std::isfinite(time) && least > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(finite, 4000);
}

TEST(Properties, MoreBytesNeverTakeLess) {
  Dice dice(5);
  int more = 0;
  for (int i = 0; i < 5000; ++i) {
    Case c = random_case(dice);
    for (const Algorithm algorithm : kAlgorithms) {
      const double few = c.fabric.cost(c.collective, c.group, c.bytes, algorithm).time.si();
      const double many =
          c.fabric.cost(c.collective, c.group, dice.uniform(1, 3) * c.bytes, algorithm).time.si();
      ASSERT_GE(many, few * kSlack) << i << name_of(algorithm);
      more += std::isfinite(many) && many > few ? 1 : 0;
    }
  }
  EXPECT_GT(more, 5000);
}

TEST(Properties, BetterLinksNeverTakeLonger) {
  Dice dice(6);
  int faster = 0;
  for (int i = 0; i < 5000; ++i) {
    const Case c = random_case(dice);
    std::vector<Tier> tiers = c.fabric.tiers();
    Tier& tier = tiers.at(dice.whole(0, static_cast<std::int64_t>(tiers.size()) - 1));
    switch (dice.whole(0, 3)) {
      case 0:
        tier.link.bandwidth *= dice.uniform(1, 4);
        break;
      case 1:
        tier.link.latency *= dice.uniform(0, 1);
        break;
      case 2:
        tier.link.efficiency += dice.uniform(0, 1) * (1 - tier.link.efficiency);
        break;
      default:
        tier.oversubscription = 1;
        break;
    }
    const Case better{Fabric(tiers), c.collective, c.group, c.bytes};
    ASSERT_TRUE(std::isfinite(seconds(c))) << i;
    ASSERT_LE(seconds(better) * kSlack, seconds(c)) << i;
    faster += seconds(better) < seconds(c) ? 1 : 0;
  }
  EXPECT_GT(faster, 1000);
}

// One more way to send never takes longer, and what has no steps does not take it.
TEST(Properties, LowLatencyIsTakenWhereItIsFaster) {
  Dice dice(11);
  int taken = 0;
  for (int i = 0; i < 5000; ++i) {
    const Case c = random_case(dice);
    std::vector<Tier> tiers = c.fabric.tiers();
    for (Tier& tier : tiers) tier.link.low_latency.reset();
    const Fabric without(tiers);
    const bool has_steps =
        c.collective != Collective::kPointToPoint && c.collective != Collective::kAllToAll;
    for (const Algorithm algorithm : kAlgorithms) {
      const CollectiveCost cost = c.fabric.cost(c.collective, c.group, c.bytes, algorithm);
      const double plain = without.cost(c.collective, c.group, c.bytes, algorithm).time.si();
      taken += cost.low_latency ? 1 : 0;
      if (cost.low_latency) {
        ASSERT_TRUE(has_steps) << i;
        ASSERT_LT(cost.time.si(), plain) << i;
      } else {
        ASSERT_EQ(cost.time.si(), plain) << i;
      }
    }
  }
  EXPECT_GT(taken, 1000);
}

// Who is alone never takes longer, and no less where nothing is thinned out; nor less than the
// bound.
TEST(Properties, AloneIsNeverSlower) {
  Dice dice(13);
  int faster = 0;
  for (int i = 0; i < 5000; ++i) {
    Case c = random_case(dice);
    const auto& tiers = c.fabric.tiers();
    const bool is_thin = std::any_of(tiers.begin(), tiers.end(),
                                     [](const Tier& tier) { return tier.oversubscription > 1; });
    for (const Algorithm algorithm : kAlgorithms) {
      const auto time = [&](bool alone) {
        c.group.alone = alone;
        return c.fabric.cost(c.collective, c.group, c.bytes, algorithm).time.si();
      };
      const double shared = time(false);
      const double alone = time(true);
      ASSERT_LE(alone, shared) << i << name_of(algorithm);
      ASSERT_GE(alone, c.fabric.lower_bound(c.collective, c.group, c.bytes).si() * kSlack);
      if (!is_thin) {
        ASSERT_EQ(alone, shared) << i << name_of(algorithm);
      }
      faster += alone < shared ? 1 : 0;
    }
  }
  EXPECT_GT(faster, 1000);
}

// All at once is never slower than one after another.
TEST(Properties, PostedAllToAllIsNeverSlower) {
  Dice dice(12);
  for (int i = 0; i < 5000; ++i) {
    const Case c = random_case(dice);
    const auto time = [&](Algorithm algorithm) {
      return c.fabric.cost(Collective::kAllToAll, c.group, c.bytes, algorithm).time.si();
    };
    ASSERT_LE(time(Algorithm::kDirect) * kSlack, time(Algorithm::kPairwise)) << i;
  }
}

double total_sent(const CollectiveCost& cost) {
  double total = 0;
  for (const base::Bytes& bytes : cost.sent) total += bytes.si();
  return total;
}

// What a member must send on average, whatever the way: each algorithm's own total over all tiers.
double expected_sent(Collective collective, Algorithm algorithm, double n, double bytes) {
  if (collective == Collective::kPointToPoint) return bytes;
  if (algorithm == Algorithm::kInSwitch) return (1 + 1 / n) * bytes;
  return (collective == Collective::kAllReduce ? 2 : 1) * (n - 1) / n * bytes;
}

TEST(Properties, BytesAreConserved) {
  Dice dice(7);
  std::map<Algorithm, int> counted;
  int one_shots = 0;
  for (int i = 0; i < 5000; ++i) {
    const Case c = random_case(dice);
    for (const Algorithm algorithm : kAlgorithms) {
      const CollectiveCost cost = c.fabric.cost(c.collective, c.group, c.bytes, algorithm);
      if (!is_finite(cost.time) || cost.algorithm == Algorithm::kNone) continue;
      const double expected = expected_sent(c.collective, algorithm, c.group.size, c.bytes.si());
      const double sent = total_sent(cost);
      // An all-reduce in one shot: the whole vector to everyone.
      const double one_shot = (c.group.size - 1) * c.bytes.si();
      const bool is_one_shot = algorithm == Algorithm::kDirect &&
                               c.collective == Collective::kAllReduce && sent > expected * 1.01;
      one_shots += is_one_shot ? 1 : 0;
      ++counted[algorithm];
      ASSERT_NEAR(sent / (is_one_shot ? one_shot : expected), 1, 1e-9) << i << name_of(algorithm);
      for (const base::Bytes& bytes : cost.sent) ASSERT_GE(bytes.si(), 0) << i;
    }
  }
  for (const Algorithm algorithm : kAlgorithms)
    EXPECT_GT(counted[algorithm], 20) << name_of(algorithm);
  EXPECT_GT(one_shots, 10);
}

TEST(Properties, CheapestIsTheLeastOfAll) {
  Dice dice(8);
  for (int i = 0; i < 5000; ++i) {
    const Case c = random_case(dice);
    const CollectiveCost cheapest = c.fabric.cost(c.collective, c.group, c.bytes);
    double least = INFINITY;
    for (const Algorithm algorithm : kAlgorithms) {
      least = std::min(least, c.fabric.cost(c.collective, c.group, c.bytes, algorithm).time.si());
    }
    ASSERT_DOUBLE_EQ(cheapest.time.si(), least) << i;
    ASSERT_TRUE(is_finite(cheapest.time)) << i;
  }
}

// Ring all-reduce is a reduce-scatter and an all-gather, less one call.
TEST(Properties, RingAllReduceIsItsTwoHalves) {
  Dice dice(9);
  for (int i = 0; i < 3000; ++i) {
    const Case c = random_case(dice);
    if (c.group.size < 2) continue;
    const auto ring = [&](Collective collective) {
      return c.fabric.cost(collective, c.group, c.bytes, Algorithm::kRing).time.si();
    };
    double overhead = 0;
    for (std::size_t tier = 0; tier < c.fabric.tiers().size(); ++tier) {
      if (c.group.tiers.at(tier).children < 2) continue;
      overhead = std::max(overhead, c.fabric.tiers()[tier].link.call_overhead.si());
    }
    const double halves = ring(Collective::kReduceScatter) + ring(Collective::kAllGather);
    ASSERT_NEAR(ring(Collective::kAllReduce) + overhead, halves, 1e-12 + 1e-9 * halves) << i;
  }
}

// Groups that are shifted by a whole unit cost the same.
TEST(Properties, UnitsAreAlike) {
  Dice dice(10);
  for (int i = 0; i < 2000; ++i) {
    const Fabric fabric(random_tiers(dice));
    const int tier =
        static_cast<int>(dice.whole(0, static_cast<std::int64_t>(fabric.tiers().size()) - 1));
    const std::int64_t unit = fabric.unit_size(tier);
    const std::int64_t shift = unit * dice.whole(0, fabric.size() / unit - 1);
    std::vector<std::int64_t> here;
    std::vector<std::int64_t> there;
    for (std::int64_t device = 0; device < unit; ++device) {
      if (device != 0 && dice.coin()) continue;
      here.push_back(device);
      there.push_back(device + shift);
    }
    ASSERT_EQ(fabric.shape_of(here), fabric.shape_of(there)) << i;
  }
}

TEST(Properties, OneDeviceAndNoBytesAreFree) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(100, 5))});
  for (const Collective collective : kCollectives) {
    EXPECT_EQ(fabric.cost(collective, GroupShape{}, base::Bytes(1e9)).time, base::Time(0));
    const CollectiveCost nothing = fabric.cost(collective, everyone(fabric), base::Bytes(0));
    EXPECT_EQ(nothing.time, base::Time(0));
    EXPECT_EQ(nothing.algorithm, Algorithm::kNone);
  }
}

}  // namespace
}  // namespace weft::interconnect
