// Yields, densities and costs that were published or worked out elsewhere, against the model.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "weft/manufacturing/die_yield.h"
#include "weft/yield/yield.h"

namespace weft {
namespace {

struct YieldRow {
  std::string what;
  double published;
  double predicted;
  double tolerance;  // relative
  bool by_construction;
};

void expect_rows(const std::string& title, const std::vector<YieldRow>& rows) {
  std::string text = title + "\n";
  for (const auto& row : rows) {
    const double error = row.predicted / row.published - 1;
    text += fmt::format("  {:<58} published {:>9.4g}  predicted {:>9.4g}  {:+6.1f} %{}\n", row.what,
                        row.published, row.predicted, 100 * error,
                        row.by_construction ? "  (by construction)" : "");
    EXPECT_LE(std::abs(error), row.tolerance) << row.what;
  }
  std::cout << text;
}

yield::Answer shipped_yield(const std::string& chip, const yield::Changes& changes = {}) {
  return yield::answer({chip, changes, 0, 1}, base::Catalog({WEFT_CONFIGS}), base::ThreadTeam(1));
}

TEST(PublishedYield, OfDies) {
  const auto h100 = shipped_yield("h100_sxm5");
  const auto c20 = shipped_yield("ascend_910c", {.die_yield = "20 %"});
  const auto c40 = shipped_yield("ascend_910c");
  const auto n7 = shipped_yield("ascend_910c", {.density = "0.09 /cm2"});
  expect_rows("Shares of dies",
              {{"910C, 20 % (Reuters 2024)", 0.2, c20.bins.bins[0].die_share, 1e-9, true},
               {"910C, 40 % (Financial Times 2025)", 0.4, c40.bins.bins[0].die_share, 1e-9, true},
               {"H100, 60 % without a defect (analyst), at 0.07 /cm2", 0.6, h100.bins.perfect_yield,
                0.03, false},
               {"910C die at TSMC's N7 density of 2019, NB(2), defects alone", 0.592,
                n7.bins.perfect_yield / n7.made.systematic, 0.01, false}});
}

// The parts are partly what the model was given; their sum and the dies are not.
TEST(PublishedYield, CostOfAnH100) {
  const auto h100 = shipped_yield("h100_sxm5");
  const auto& cost = h100.bins.cost.value();
  expect_rows("USD for one good H100 (siliconanalysts.com, February 2026)",
              {{"die", 300, cost.dies, 0.25, false},
               {"memory", 1400, cost.memory, 0.1, true},
               {"packaging", 750, cost.assembly, 0.1, true},
               {"all", 3320, cost.total(), 0.15, false}});
}

// Titan's second batch of GPUs: 62 failures in 25,127 GPU-years were published as Weibull of 1.02,
// that is, a constant rate.
TEST(PublishedYield, SteadyFailuresAfterAcceptance) {
  const double fit = 62 / (25127 * base::kYear.si()) / base::kFit.si();
  const auto life = base::Time(1 / (281 * base::kFit.si()));
  const manufacturing::Survival fresh{1.02, life, base::Time(0)};
  const manufacturing::Survival aged{1.02, life, 2 * base::kYear};
  expect_rows("Failures of 25,127 GPU-years",
              {{"FIT", 281, fit, 0.01, false},
               {"of a year, over one two years later", 1,
                fresh.failed_within(base::kYear) / aged.failed_within(base::kYear), 0.05, false}});
}

}  // namespace
}  // namespace weft
