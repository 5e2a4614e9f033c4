// A stack that is left out of the fit: what is said of its runs does not come from them.
#include "weft/calibration/leave_out.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fixtures.h"

namespace weft::calibration {
namespace {

using namespace testing;

// Runs of Megatron-Core as the model has them, and the same of NeMo, so many times as slow.
validation::RunsTable two_stacks(const base::Catalog& catalog, double slower) {
  auto table = made_by_the_model(catalog, {});
  const auto one = table.runs;
  for (auto run : one) {
    run.id += "-nemo";
    run.software = "nemo";
    run.value = *run.value * slower;
    table.runs.push_back(run);
  }
  return table;
}

class LeftOut : public ::testing::Test {
 protected:
  [[nodiscard]] LeftOutStack nemo(double slower) const {
    const base::ThreadTeam team(1);
    const auto catalog = shelf_.catalog();
    const auto answer = leave_out_stacks(two_stacks(catalog, slower), catalog, team, {});
    EXPECT_EQ(answer.runs, 14);
    EXPECT_EQ(answer.stacks.size(), 2U);
    for (const auto& stack : answer.stacks) {
      if (stack.stack == "nemo") return stack;
    }
    return {};
  }
  Shelf shelf_;
};

TEST_F(LeftOut, IsRunAsTheDefaultOfItsKind) {
  const auto left = nemo(1.3);
  EXPECT_EQ(left.instead, "nvidia_megatron");
  EXPECT_EQ(left.fit_rows, 7);
  ASSERT_EQ(left.rows.size(), 7U);
  double known = 0;
  double unknown = 0;
  for (const auto& row : left.rows) {
    known += std::abs(row.fitted()) / 7;
    unknown += row.unknown() / 7;
    EXPECT_EQ(row.row.stack, "nemo");
    EXPECT_EQ(row.row.kind, "dense");
  }
  EXPECT_LT(known, 0.5 * unknown);
  EXPECT_NEAR(unknown, std::log(1.3), 0.1);  // what Megatron-Core's runs say
}

TEST_F(LeftOut, SaysTheSameWhateverWasPublishedOfIt) {
  const auto some = nemo(1.0);
  const auto slower = nemo(2.0);
  ASSERT_EQ(some.rows.size(), slower.rows.size());
  for (std::size_t i = 0; i < some.rows.size(); ++i) {
    EXPECT_NEAR(slower.rows[i].unknown() - some.rows[i].unknown(), std::log(2.0), 0.03);
  }
}

TEST_F(LeftOut, IsWrittenAsATableOfErrors) {
  const base::ThreadTeam team(1);
  const auto catalog = shelf_.catalog();
  const auto answer = leave_out_stacks(two_stacks(catalog, 1.3), catalog, team, {});
  const auto file = unseen_file(answer, catalog);
  EXPECT_EQ(file.file.filename(), validation::kUnseenFile);
  const auto rows = validation::parse_accuracy(file.text, "unseen.csv");
  ASSERT_EQ(rows.size(), 14U);
  for (const auto& row : rows) EXPECT_TRUE(row.speed_log_error && row.unknown_log_error) << row.id;
}

}  // namespace
}  // namespace weft::calibration
