// Rates of static problems.
#include "weft/flow/max_min.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "reference.h"

namespace weft::flow {
namespace {

using testing::Case;
using testing::is_near;

std::vector<double> used_of(const Case& c, const std::vector<double>& rates) {
  std::vector<double> used(c.capacity.size(), 0);
  for (std::size_t f = 0; f < c.flows(); ++f) {
    for (auto at = c.first[f]; at < c.first[f + 1]; ++at) {
      used[c.links[at]] += c.share_at(at) * c.multiplicity_of(f) * rates[f];
    }
  }
  return used;
}

// Whether a flow runs at its cap or crosses a saturated link on which no other is faster.
bool is_certified(const Case& c, const std::vector<double>& rates, const std::vector<double>& used,
                  const std::vector<double>& fastest, std::size_t flow) {
  if (rates[flow] >= c.cap_of(flow) * (1 - 1e-9)) return true;
  for (auto at = c.first[flow]; at < c.first[flow + 1]; ++at) {
    const LinkId link = c.links[at];
    if (used[link] >= c.capacity[link] * (1 - 1e-9) &&
        rates[flow] / c.weight_of(flow) >= fastest[link] * (1 - 1e-9)) {
      return true;
    }
  }
  return false;
}

void expect_max_min(const Case& c, const std::vector<double>& rates) {
  const auto used = used_of(c, rates);
  for (std::size_t link = 0; link < used.size(); ++link) {
    ASSERT_LE(used[link], c.capacity[link] * (1 + 1e-9));
  }
  std::vector<double> fastest(used.size(), 0);
  for (std::size_t f = 0; f < c.flows(); ++f) {
    for (auto at = c.first[f]; at < c.first[f + 1]; ++at) {
      double& level = fastest[c.links[at]];
      level = std::max(level, rates[f] / c.weight_of(f));
    }
  }
  for (std::size_t f = 0; f < c.flows(); ++f) {
    ASSERT_LE(rates[f], c.cap_of(f));
    ASSERT_TRUE(is_certified(c, rates, used, fastest, f)) << "flow " << f;
  }
}

TEST(MaxMin, HoldsItsCertificateAndEqualsTheReferenceOnRandomNetworks) {
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    SCOPED_TRACE(seed);
    const Case c = testing::random_case(seed);
    const auto rates = max_min_rates(c.problem());
    ASSERT_NO_FATAL_FAILURE(expect_max_min(c, rates));
    const auto reference = testing::reference_rates(c);
    for (std::size_t f = 0; f < c.flows(); ++f) {
      ASSERT_TRUE(is_near(rates[f], reference[f])) << f << ": " << rates[f] << ' ' << reference[f];
    }
  }
}

// Three flows: one over both links, one over each.
TEST(MaxMin, ParkingLot) {
  Case c;
  c.capacity = {6, 10};
  c.links = {0, 1, 0, 1};
  c.first = {0, 2, 3, 4};
  EXPECT_EQ(max_min_rates(c.problem()), (std::vector<double>{3, 3, 7}));
  c.weight = {2, 1, 1};
  EXPECT_EQ(max_min_rates(c.problem()), (std::vector<double>{4, 2, 6}));
  c.cap = {1, kUncapped, kUncapped};
  EXPECT_EQ(max_min_rates(c.problem()), (std::vector<double>{1, 5, 9}));
}

TEST(MaxMin, IncastSharesTheLastLink) {
  Case c;
  c.capacity.assign(101, 50);
  for (LinkId sender = 0; sender < 100; ++sender) {
    c.links.insert(c.links.end(), {sender, 100});
    c.first.push_back(static_cast<std::int64_t>(c.links.size()));
  }
  EXPECT_EQ(max_min_rates(c.problem()), std::vector<double>(100, 0.5));
}

TEST(MaxMin, SharesAndMultiplicitiesScaleTheLoad) {
  Case c;
  c.capacity = {8, 8};
  c.links = {0, 1, 0};
  c.first = {0, 2, 3};
  c.share = {0.5, 0.5, 1};
  c.multiplicity = {2, 3};
  const auto rates = max_min_rates(c.problem());
  EXPECT_DOUBLE_EQ(rates[0], 2);  // 2·½·x + 3·x = 8
  EXPECT_DOUBLE_EQ(rates[1], 2);
}

TEST(MaxMin, EdgesOfTheProblem) {
  Case c;
  EXPECT_TRUE(max_min_rates(c.problem()).empty());
  EXPECT_TRUE(max_min_rates(Problem{}).empty());
  c.capacity = {0, 5};
  c.links = {0, 1};
  c.first = {0, 2, 2, 2};
  c.cap = {kUncapped, 3, kUncapped};
  EXPECT_EQ(max_min_rates(c.problem()), (std::vector<double>{0, 3, kUncapped}));
}

TEST(MaxMin, AShareOfNothingDoesNotHoldAFlowBack) {
  Case c;
  c.capacity = {0, 5};
  c.links = {0, 1, 0};
  c.first = {0, 2, 3};
  c.share = {0, 1, 0};
  EXPECT_EQ(max_min_rates(c.problem()), (std::vector<double>{5, kUncapped}));
}

TEST(MaxMin, RefusesArraysOfOtherLengths) {
  Case c;
  c.capacity = {1};
  c.links = {0};
  c.first = {0, 1};
  c.weight = {1, 1};
  EXPECT_THROW(max_min_rates(c.problem()), std::invalid_argument);
}

// Many parts that share no link.
Case islands(std::uint64_t seed) {
  base::RandomStream draw(seed, 5);
  Case c;
  constexpr std::uint64_t kIsland = 30;
  for (std::uint64_t island = 0; island < 300; ++island) {
    for (std::uint64_t link = 0; link < kIsland; ++link) {
      c.capacity.push_back(1 + draw.uniform());
    }
    for (int flow = 0; flow < 40; ++flow) {
      const auto link = draw.below(kIsland);
      const auto other = (link + 1 + draw.below(kIsland - 1)) % kIsland;
      c.links.push_back(static_cast<LinkId>(island * kIsland + link));
      c.links.push_back(static_cast<LinkId>(island * kIsland + other));
      c.first.push_back(static_cast<std::int64_t>(c.links.size()));
      c.weight.push_back(1 + draw.uniform());
    }
  }
  return c;
}

TEST(MaxMin, ThreadsChangeNothing) {
  Case c = islands(1);
  const auto weighted = max_min_rates(c.problem());
  EXPECT_EQ(weighted, max_min_rates(c.problem(), 2));
  EXPECT_EQ(weighted, max_min_rates(c.problem(), 5));
  c.weight.clear();
  const auto plain = max_min_rates(c.problem());
  EXPECT_EQ(plain, max_min_rates(c.problem(), 2));
  ASSERT_NO_FATAL_FAILURE(expect_max_min(c, plain));
}

}  // namespace
}  // namespace weft::flow
