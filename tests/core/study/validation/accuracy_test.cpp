// The table of errors that ships, and which of its rows are near to a case.
#include "weft/validation/accuracy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fixtures.h"
#include "weft/base/diagnostics.h"
#include "weft/validation/nearest_runs.h"

namespace weft::validation {
namespace {

AccuracyRow row_of(const std::string& chip, const std::string& stack, std::int64_t devices,
                   double error, const std::string& split = "fit") {
  AccuracyRow row;
  row.id = "an, \"odd\" id";
  row.vendor = chip == "ascend" ? "Ascend" : "Nvidia";
  row.kind = "dense";
  row.chip = chip;
  row.stack = stack;
  row.cluster = "c";
  row.devices = devices;
  row.parameters = 8;
  row.precision = "bf16";
  row.split = split;
  row.speed_log_error = error;
  return row;
}

std::vector<AccuracyRow> several(int count, const AccuracyRow& row) {
  return std::vector<AccuracyRow>(static_cast<std::size_t>(count), row);
}

void add(std::vector<AccuracyRow>& all, const std::vector<AccuracyRow>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

const StackParents kParents = {{"core", ""}, {"nemo", "core"}, {"fsdp", "core"}, {"torch", "fsdp"}};

NearestQuery h100(const std::string& stack = "core") {
  return {"h100", "Nvidia", "dense", stack, 64, 8};
}

TEST(AccuracyTable, IsReadAsItWasWritten) {
  auto rows = several(2, row_of("h100", "core", 64, -0.12345));
  rows[1].speed_log_error.reset();
  rows[1].devices = 0;
  const auto text = to_csv(rows);
  const auto again = parse_accuracy(text, "a.csv");
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].id, rows[0].id);
  EXPECT_EQ(again[0].devices, 64);
  EXPECT_NEAR(again[0].speed_log_error.value_or(0), -0.1235, 1e-4);
  EXPECT_FALSE(again[1].speed_log_error);
  EXPECT_EQ(to_csv(again), text);
}

TEST(AccuracyTable, MistakesAreShownWhereTheyAre) {
  const auto text = to_csv({row_of("h100", "core", 64, 0.1)});
  EXPECT_THROW(parse_accuracy("", "a.csv"), base::InputError);
  EXPECT_THROW(parse_accuracy("id,vendor\n", "a.csv"), base::InputError);
  EXPECT_THROW(parse_accuracy(text + "a,b\n", "a.csv"), base::InputError);
  auto wrong = text;
  wrong.replace(wrong.find(",64,"), 4, ",6x,");
  try {
    parse_accuracy(wrong, "a.csv");
    FAIL() << "'6x' was taken for a number";
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find("a.csv:2:"), std::string::npos) << error.what();
  }
}

TEST(AccuracyTable, HoldsSpeedsOnly) {
  RunsTable table;
  table.runs = {test::whole_row()};
  const auto& shelves = test::shelves();
  const base::ThreadTeam team(1);
  const auto validation = validate(table, shelves.rules, shelves.documents, team);
  const auto rows = accuracy_rows(table, validation, shelves.rules, shelves.documents, team);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].chip, "h100_sxm5");
  EXPECT_EQ(rows[0].stack, "megatron_core");
  EXPECT_EQ(rows[0].devices, 8);
  EXPECT_EQ(rows[0].precision, "bf16");
  EXPECT_NEAR(rows[0].parameters, 8.0, 0.1);
  EXPECT_EQ(rows[0].speed_log_error, validation.rows[0].speed_log_error);
}

TEST(Publication, IsTheNameWithoutThePlaceInIt) {
  EXPECT_EQ(publication_of("Aleph Alpha arXiv 2311.05610 (repo x) trial 131645"),
            "Aleph Alpha arXiv 2311.05610");
  EXPECT_EQ(publication_of("arXiv:2205.05198 Table 5 via a/b c.py"), "arXiv:2205.05198");
  EXPECT_EQ(publication_of("NVIDIA/dgxc-benchmarking tag v25.04 nemotron_README.md"),
            "NVIDIA/dgxc-benchmarking");
  EXPECT_EQ(publication_of("Ascend/MindSpeed-LLM README.md @1.0.RC3"), "Ascend/MindSpeed-LLM");
  EXPECT_EQ(publication_of("LLaMA"), "LLaMA");
  EXPECT_EQ(publication_of(""), "");
}

TEST(NearestRuns, TheSameStackWhenThereAreEnough) {
  auto rows = several(5, row_of("h100", "core", 64, 0.1));
  add(rows, several(9, row_of("h100", "nemo", 64, 0.3)));
  const auto near = nearest_runs(h100(), rows, kParents);
  ASSERT_TRUE(near);
  EXPECT_EQ(near->nearness, Nearness::kStack);
  EXPECT_EQ(near->runs, 5);
  EXPECT_NEAR(near->median_abs_error, 0.1, 1e-12);
}

TEST(NearestRuns, OneStepOfExtendsIsNear) {
  auto rows = several(3, row_of("h100", "core", 64, 0.1));
  add(rows, several(3, row_of("h100", "nemo", 64, 0.1)));
  add(rows, several(9, row_of("h100", "torch", 64, 0.5)));
  const auto near = nearest_runs(h100(), rows, kParents);
  ASSERT_TRUE(near);
  EXPECT_EQ(near->nearness, Nearness::kNearStack);
  EXPECT_EQ(near->runs, 6);
  // From the other side: torch extends fsdp, of which there are no runs.
  EXPECT_EQ(nearest_runs(h100("fsdp"), rows, kParents)->nearness, Nearness::kNearStack);
}

TEST(NearestRuns, ThenAnyStackThenAnyChipOfTheVendor) {
  auto rows = several(5, row_of("h100", "torch", 64, 0.1));
  EXPECT_EQ(nearest_runs(h100(), rows, kParents)->nearness, Nearness::kChip);
  rows = several(5, row_of("a100", "torch", 64, 0.1));
  EXPECT_EQ(nearest_runs(h100(), rows, kParents)->nearness, Nearness::kVendor);
  add(rows, several(5, row_of("a100", "nemo", 64, 0.1)));
  EXPECT_EQ(nearest_runs(h100(), rows, kParents)->nearness, Nearness::kVendorNearStack);
  auto moe = h100();
  moe.kind = "moe";
  EXPECT_EQ(nearest_runs(moe, rows, kParents)->nearness, Nearness::kVendorAnyKind);
  EXPECT_FALSE(nearest_runs(h100(), several(9, row_of("ascend", "core", 64, 0.1)), kParents));
}

TEST(NearestRuns, SkippedRowsSayNothing) {
  auto rows = several(5, row_of("h100", "core", 64, 0.1));
  rows[0].speed_log_error.reset();
  EXPECT_FALSE(nearest_runs(h100(), rows, kParents));
}

TEST(NearestRuns, HeldOutRunsArePreferred) {
  auto rows = several(30, row_of("h100", "core", 64, 0.01));
  add(rows, several(4, row_of("h100", "core", 64, 0.2, "test")));
  EXPECT_EQ(nearest_runs(h100(), rows, kParents)->runs, 25);
  add(rows, several(1, row_of("h100", "core", 64, 0.2, "test")));
  const auto near = nearest_runs(h100(), rows, kParents);
  EXPECT_EQ(near->runs, 5);
  EXPECT_EQ(near->test, 5);
  EXPECT_NEAR(near->median_abs_error, 0.2, 1e-12);
}

TEST(NearestRuns, OfItsSizeButAtLeastTen) {
  auto rows = several(12, row_of("h100", "core", 256, 0.1));
  add(rows, several(9, row_of("h100", "core", 1024, 0.5)));
  const auto near = nearest_runs(h100(), rows, kParents);
  EXPECT_EQ(near->runs, 12);
  EXPECT_EQ(near->most_devices, 256);
  auto large = h100();
  large.devices = 100000;
  const auto far = nearest_runs(large, rows, kParents);
  EXPECT_EQ(far->runs, 10);
  EXPECT_EQ(far->fewest_devices, 256);
}

TEST(NearestRuns, StackParentsOfShippedStacks) {
  const auto parents = stack_parents({"megatron_core", "nemo", "no such stack"},
                                     weft::test::shipped(), std::nullopt);
  EXPECT_EQ(parents.at("nemo"), "megatron_core");
  EXPECT_EQ(parents.at("megatron_core"), "");
  EXPECT_EQ(parents.at("no such stack"), "");
}

}  // namespace
}  // namespace weft::validation
