// `weft yield` without its command: shipped chips, changes, intervals, what is assumed.
#include "weft/yield/yield.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace weft::yield {
namespace {

base::Catalog shipped() { return base::Catalog({WEFT_CONFIGS}); }

Answer ask(const std::string& chip, const Changes& changes = {}, std::uint64_t wafers = 0) {
  const base::ThreadTeam team(1);
  return answer({chip, changes, wafers, 1}, shipped(), team);
}

// The same as it ships, once for all tests.
const Answer& as_shipped(const std::string& chip) {
  static std::map<std::string, Answer> known;
  const auto [entry, is_new] = known.try_emplace(chip);
  if (is_new) entry->second = ask(chip);
  return entry->second;
}

double figure(const Answer& answer, YieldFigure which) {
  return answer.figures[static_cast<std::size_t>(which)];
}

std::vector<std::string> chips_that_say() {
  std::vector<std::string> names;
  const auto catalog = shipped();
  for (const auto& name : catalog.names("chip")) {
    const auto root = catalog.load("chip", name, std::nullopt).root();
    if (root.find("manufacturing")) names.push_back(name);
  }
  return names;
}

class ShippedYield : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Chips, ShippedYield, ::testing::ValuesIn(chips_that_say()),
                         [](const auto& name) { return name.param; });

TEST_P(ShippedYield, IsSound) {
  const auto& found = as_shipped(GetParam());
  const auto& bins = found.bins;
  ASSERT_TRUE(found.chip.manufacturing.has_value());
  EXPECT_GT(bins.good_packages, 1);
  EXPECT_LT(bins.good_packages * found.chip.dies, bins.printed_dies);
  EXPECT_LE(bins.perfect_yield, bins.sold_yield);
  EXPECT_LE(bins.sold_yield, 1);
  EXPECT_GT(bins.p_latent, 0);
  EXPECT_LT(bins.p_latent, 0.2);
  double shares = 0;
  for (const auto& bin : bins.bins) shares += bin.share;
  EXPECT_NEAR(shares, 1, 1e-9);
  ASSERT_TRUE(bins.cost.has_value());
  EXPECT_GT(bins.cost->total(), 500);
  EXPECT_LT(bins.cost->total(), 20000);
  EXPECT_FALSE(found.assumed.empty());
  EXPECT_FALSE(found.swings.empty());
}

// A run reads the modes; the yield of a chip moves with what is uncertain in it.
TEST_P(ShippedYield, HasIntervalsThatHoldThePlainFigure) {
  const auto& found = as_shipped(GetParam());
  for (std::size_t f = 0; f < kFigures; ++f) {
    const auto& range = found.intervals[f];
    EXPECT_LT(range.low, range.high) << f;
    EXPECT_LE(range.low, found.figures[f]) << f;
    EXPECT_GE(range.high, found.figures[f]) << f;
  }
  EXPECT_LT(found.impossible, found.samples / 10);
}

TEST(Changes, SolveTheDensity) {
  const auto found = ask("ascend_910c", {.die_yield = "40 %", .counts = "perfect"});
  EXPECT_NEAR(found.bins.perfect_yield, 0.4, 1e-9);
  // 665.6 mm² of the die shot, 97 % without systematic loss: (1 + x/2)^-2 = 0.4 / 0.97.
  const double defects = 2 * (std::sqrt(0.97 / 0.4) - 1);
  EXPECT_NEAR(found.bins.density.si() * 1e-4, defects / 6.656, 1e-4);
  const auto sold = ask("ascend_910c", {.die_yield = "40%"});
  EXPECT_NEAR(sold.bins.density.si() * 1e-4, 0.269, 1e-3);
  EXPECT_NEAR(sold.bins.bins[0].die_share, 0.4, 1e-9);
}

TEST(Changes, WorseYieldMeansFewerDearerWeakerPackages) {
  const auto poor = ask("ascend_910c", {.die_yield = "20 %"});
  const auto fair = ask("ascend_910c", {.die_yield = "40 %"});
  const auto good = ask("ascend_910c", {.die_yield = "60 %"});
  EXPECT_LT(poor.bins.good_packages, fair.bins.good_packages);
  EXPECT_LT(fair.bins.good_packages, good.bins.good_packages);
  EXPECT_GT(poor.bins.p_latent, fair.bins.p_latent);
  EXPECT_GT(fair.bins.p_latent, good.bins.p_latent);
  EXPECT_GT(poor.bins.cost->total(), fair.bins.cost->total());
  EXPECT_GT(early_failures(poor.made, poor.bins), early_failures(good.made, good.bins));
}

TEST(Changes, OfDensityLawAndClustering) {
  const auto found = ask("h100_sxm5", {.density = "0.1 /cm2", .law = "poisson"});
  EXPECT_NEAR(found.bins.perfect_yield, 0.97 * std::exp(-0.814), 1e-9);
  EXPECT_FALSE(found.made.reported.has_value());
  const auto seeds = ask("h100_sxm5", {.density = "0.1 /cm2", .clustering = "1"});
  EXPECT_NEAR(seeds.bins.perfect_yield, 0.97 / 1.814, 1e-9);
  for (const auto& other : seeds.by_law) {
    if (other.law == "seeds") {
      EXPECT_NEAR(other.perfect, 0.97 / 1.814, 1e-9);
    }
  }
}

void expect_error(const std::string& chip, const Changes& changes, const std::string& part) {
  try {
    ask(chip, changes);
    ADD_FAILURE() << "no error";
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Changes, ThatMakeNoSense) {
  expect_error("ascend_910c", {.die_yield = "140 %"}, "command line:");
  expect_error("ascend_910c", {.law = "negativ_binomial"}, "did you mean 'negative_binomial'?");
  expect_error("ascend_910c", {.density = "0.1"}, "/cm2");
  expect_error("ascend_910c", {.die_yield = "40 %", .scope = "dye"}, "did you mean 'die'?");
  expect_error("h100_sxm5", {.scope = "package"}, "--scope says what a yield is of");
  expect_error("ascend_910c", {.counts = "any", .density = "0.1 /cm2"}, "--counts says what");
  expect_error("h100_sxm5", {.law = "poisson", .clustering = "1"}, "poisson has none");
  expect_error("mi300x", {}, "'manufacturing' is missing");
  expect_error("h100_sxm", {}, "h100_sxm5");
}

TEST(Answer, NamesWhatIsAssumed) {
  const auto& found = as_shipped("ascend_910c");
  const auto names = [&](const std::string& path) {
    return std::any_of(found.assumed.begin(), found.assumed.end(),
                       [&](const base::Fact& fact) { return fact.path == path; });
  };
  EXPECT_TRUE(names("manufacturing.yield.counts"));
  EXPECT_TRUE(names("manufacturing.latent.ratio"));
  EXPECT_TRUE(names("manufacturing.core_share"));
  EXPECT_FALSE(names("manufacturing.die_yield"));
}

TEST(Answer, SameForAnyNumberOfThreads) {
  const Question question{"h100_sxm5", {}, 0, 1};
  const auto one = answer(question, shipped(), base::ThreadTeam(1));
  const auto two = answer(question, shipped(), base::ThreadTeam(2));
  for (std::size_t f = 0; f < kFigures; ++f) {
    EXPECT_EQ(one.intervals[f].low, two.intervals[f].low);
    EXPECT_EQ(one.intervals[f].high, two.intervals[f].high);
  }
}

TEST(Answer, TradesBurnInAgainstEarlyFailures) {
  const auto& found = as_shipped("ascend_910c");
  ASSERT_GE(found.burn_in.size(), 3U);
  EXPECT_EQ(found.burn_in.front().lost, 0);
  for (std::size_t i = 1; i < found.burn_in.size(); ++i) {
    const auto& shorter = found.burn_in[i - 1];
    const auto& longer = found.burn_in[i];
    EXPECT_GT(longer.time, shorter.time);
    EXPECT_GT(longer.lost, shorter.lost);
    EXPECT_LT(longer.failures, shorter.failures);
    EXPECT_LT(longer.packages, shorter.packages);
    EXPECT_GT(*longer.cost, *shorter.cost);
    if (longer.time == found.made.burn_in.time) {
      EXPECT_NEAR(longer.failures, figure(found, YieldFigure::kFailures), 1e-9);
      EXPECT_NEAR(*longer.cost, found.bins.cost->total(), 1e-9);
    }
  }
}

TEST(Answer, WithWafersDrawn) {
  const auto found = ask("ascend_910c", {}, 300);
  ASSERT_TRUE(found.drawn.has_value());
  for (const auto& bin : found.drawn->bins) {
    EXPECT_NEAR(bin.dies.mean, bin.dies.predicted, 5 * bin.dies.standard_error);
  }
  EXPECT_EQ(static_cast<double>(wafer_of(found, 1, 0).dies.size()), found.bins.printed_dies);
}

}  // namespace
}  // namespace weft::yield
