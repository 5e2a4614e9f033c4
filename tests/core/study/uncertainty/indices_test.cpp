// Sobol indices against functions whose own are known in closed form.
#include "weft/uncertainty/indices.h"

#include <gtest/gtest.h>

#include "functions.h"

namespace weft::uncertainty {
namespace {

struct Known {
  std::vector<double> first, total;
};

// Over many seeds: intervals are to hold nine of ten, those that matter all; values are to be near.
void expect_known(const Function& function, const Known& known, std::size_t points, double near) {
  constexpr std::uint64_t kSeeds = 12;
  constexpr double kMatters = 0.01;
  const auto inputs = known.first.size();
  int held = 0;
  const auto judge = [&](const Estimate& estimate, double value, const std::string& of) {
    const bool holds = estimate.low <= value && value <= estimate.high;
    held += holds ? 1 : 0;
    EXPECT_NEAR(estimate.value, value, near) << of;
    EXPECT_TRUE(holds || value < kMatters) << of;
    EXPECT_LE(estimate.low, value + 0.004) << of;
    EXPECT_GE(estimate.high, value - 0.004) << of;
  };
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto indices = indices_of(responses_of(function, inputs, points, seed), seed, 300);
    ASSERT_EQ(indices.inputs.size(), inputs);
    for (std::size_t i = 0; i < inputs; ++i) {
      const auto of = std::to_string(i) + " with seed " + std::to_string(seed);
      judge(indices.inputs[i].first, known.first[i], "first " + of);
      judge(indices.inputs[i].total, known.total[i], "total " + of);
    }
  }
  EXPECT_GE(held, 0.9 * 2 * static_cast<double>(inputs * kSeeds));
}

// Saltelli et al., Global Sensitivity Analysis (2008), §5.
TEST(Indices, OfIshigamisFunction) {
  expect_known(ishigami, {{0.3139, 0.4424, 0}, {0.5576, 0.4424, 0.2437}}, 1024, 0.04);
  const auto indices = indices_of(responses_of(ishigami, 3, 1024, 1), 1);
  EXPECT_NEAR(indices.mean, 3.5, 0.05);
  EXPECT_NEAR(indices.variance, 13.845, 0.3);
}

// First: V_i = 1 / (3 (1 + a_i)^2) over V = prod(1 + V_i) - 1; total: V_i prod_{j != i} (1 + V_j).
TEST(Indices, OfTheGFunction) {
  double product = 1;
  std::vector<double> parts;
  for (const double a : kG) {
    parts.push_back(1 / (3 * (1 + a) * (1 + a)));
    product *= 1 + parts.back();
  }
  Known known;
  for (const double part : parts) {
    known.first.push_back(part / (product - 1));
    known.total.push_back(part * product / (1 + part) / (product - 1));
  }
  expect_known(g_function, known, 1024, 0.03);
  EXPECT_NEAR(indices_of(responses_of(g_function, kG.size(), 1024, 1), 1).variance, product - 1,
              0.03);
}

TEST(Indices, OfASumAreTheSharesOfItsParts) {
  const auto sum = [](std::span<const double> x) { return 1e9 + 3 * x[0] + x[1]; };
  const auto indices = indices_of(responses_of(sum, 3, 512, 1), 1);
  const double shares[] = {0.9, 0.1, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(indices.inputs[i].first.value, shares[i], 0.01);
    EXPECT_NEAR(indices.inputs[i].total.value, shares[i], 0.01);
  }
  EXPECT_EQ(indices.inputs[2].total.high, 0);
}

TEST(Indices, OfAConstantAreNone) {
  const auto constant = [](std::span<const double>) { return 0.1; };
  const auto indices = indices_of(responses_of(constant, 2, 64, 1), 1);
  EXPECT_TRUE(indices.inputs.empty());
  EXPECT_EQ(indices.failed, 0U);
}

TEST(Indices, LeaveOutPointsWithoutAnAnswer) {
  const auto part = [](double kept) {
    return [kept](std::span<const double> x) {
      return x[1] < kept ? x[0] : std::numeric_limits<double>::quiet_NaN();
    };
  };
  const auto most = indices_of(responses_of(part(0.9), 2, 512, 1), 1);
  EXPECT_GT(most.failed, 0U);
  ASSERT_EQ(most.inputs.size(), 2U);
  EXPECT_NEAR(most.inputs[0].total.value, 1, 0.05);
  EXPECT_EQ(most.inputs[1].total.value, 0);
  const auto few = indices_of(responses_of(part(0.2), 2, 512, 1), 1);
  EXPECT_TRUE(few.inputs.empty());
}

TEST(Indices, AreTheSameForTheSameSeed) {
  const auto responses = responses_of(ishigami, 3, 128, 7);
  const auto a = indices_of(responses, 7);
  const auto b = indices_of(responses, 7);
  const auto c = indices_of(responses, 8);
  EXPECT_EQ(a.inputs[0].first.low, b.inputs[0].first.low);
  EXPECT_NE(a.inputs[0].first.low, c.inputs[0].first.low);
  EXPECT_EQ(a.inputs[0].first.value, c.inputs[0].first.value);
}

}  // namespace
}  // namespace weft::uncertainty
