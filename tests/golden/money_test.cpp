// Published energy of runs and cost of owning beside what is predicted:
// configs/validation/energy_runs.csv and ownership.csv, written by `weft cost --published --csv -`.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "shipped.h"
#include "weft/report/cost.h"

namespace weft::cost {
namespace {

class Money : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] static std::filesystem::path file() {
    return shipped_table(test::shipped(), GetParam());
  }
};

TEST_P(Money, TableIsAsWritten) {
  std::ifstream in(file());
  ASSERT_TRUE(in.good());
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(report::published_csv(published_rows(file(), test::shipped())), text.str());
}

TEST_P(Money, PredictionsAreNear) {
  for (const auto& row : published_rows(file(), test::shipped())) {
    if (!row.error()) continue;
    const bool is_arithmetic = row.by_construction && row.style == Style::kLimit;
    EXPECT_LT(std::abs(*row.error()), is_arithmetic ? 0.005 : 0.15) << row.id << row.what;
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, Money, testing::Values(kEnergyRuns, kOwnership));

// Peak power times hours is what model cards count; the meter sees hosts, network and cooling too.
TEST(EnergyRuns, LimitStyleUnderstates) {
  const auto catalog = test::shipped();
  double limit = 0;
  double meter = 0;
  for (const auto& row : published_rows(shipped_table(catalog, kEnergyRuns), catalog)) {
    if (row.id == "E5") limit = row.hours * 0.7;  // kWh of GPUs alone
    if (row.id == "E9") meter = row.predicted * 1000;
  }
  EXPECT_GT(meter / limit, 1.3);
  EXPECT_LT(meter / limit, 2.0);
}

}  // namespace
}  // namespace weft::cost
