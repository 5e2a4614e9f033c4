// What devices that are not alike draw over time: the ledger of the same study, and nothing else
// than before where they are alike after all.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "loaded.h"

namespace weft::power_study {
namespace {

// Llama-3 8B on four hosts whose devices are `population`; "": all alike.
study::Study with(const std::string& population, const std::string& power = "window: 1 step",
                  const std::string& plan = kPipelined) {
  return study_of(
      "kind: study\n"
      "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
      "clusters: [{use: dgx_h100, hosts: 5" +
      (population.empty() ? "" : ", population: {" + population + "}") +
      "}]\n"
      "plan: {" +
      plan +
      ", context: 1, expert: 1, micro_batch: 1, zero: 1, recompute: none}\n"
      "power: {" +
      power + "}\n");
}

void expect_as_in_ledger(const PowerAnswer& answer) {
  expect_one_energy(answer);
  expect_devices_as_booked(answer);
  EXPECT_NEAR(answer.step / answer.result.outcome->ledger.step, 1, 1e-12);
}

TEST(UnlikeDevices, DrawWhatTheLedgerBooks) {
  for (const auto* population :
       {"clock_spread: 3 %", "clock_spread: 3 %, leakage_share: 20 %, leakage_spread: 30 %",
        "slow: {share: 20 %, factor: 80 %}, placement: sorted_by_bin",
        "clock_spread: 2 %, slow: {share: 10 %, factor: 90 %}, draw: expected"}) {
    for (const auto& plan : {kPipelined, std::string("tensor: 8, data: 4, pipeline: 1, "
                                                     "virtual_stages: 1")}) {
      SCOPED_TRACE(population + (": " + plan));
      const auto study = with(population, "window: 3 steps, interval: 7 ms", plan);
      const auto answer = first_of(study);
      expect_as_in_ledger(answer);
      EXPECT_GT(share(answer, "stragglers"), 0);
    }
  }
}

// Bins of a chip: as many kinds of devices as bins, each with its own time. A factor on all kernels
// is not quite what fewer cores do to each of them.
TEST(UnlikeDevices, OfBinsWaitForThoseWithFewerCores) {
  double longest = 0;
  for (const auto* few : {"0 %", "5 %", "20 %", "100 %"}) {
    SCOPED_TRACE(few);
    const std::string rest = std::string(few) == "100 %"  ? "0 %"
                             : std::string(few) == "20 %" ? "80 %"
                             : std::string(few) == "5 %"  ? "95 %"
                                                          : "100 %";
    const auto study = study_of(
        "kind: study\n"
        "job: {model: llama3_8b, sequence: 8192, global_batch: 192, tokens: 1 T}\n"
        "clusters: [{use: cloudmatrix384, population: {bins: {24 cores: " +
        rest + ", 20 cores: " + few +
        "}}}]\n"
        "plan: {tensor: 4, data: 96, pipeline: 2, virtual_stages: 1, context: 1, expert: 1, "
        "micro_batch: 1, zero: 1, recompute: none}\n");
    const auto answer = first_of(study);
    expect_as_in_ledger(answer);
    EXPECT_GE(answer.step.si(), longest * (1 - 2e-3));
    longest = answer.step.si();
    const bool is_of_one_bin = std::string(few) == "0 %" || std::string(few) == "100 %";
    EXPECT_EQ(share(answer, "stragglers") > 1e-12, !is_of_one_bin);
  }
}

TEST(UnlikeDevices, ThatAreAlikeDrawAsWithoutAPopulation) {
  for (const auto* window :
       {"window: 1 step", "window: 2 steps, floor: 40 %, evaluation: {every: 1 step, for: 1 s}"}) {
    const auto alike_study = with("", window);
    const auto study = with("clock_spread: 0 %", window);
    const auto alike = first_of(alike_study);
    const auto answer = first_of(study);
    ASSERT_TRUE(answer.result.outcome->populated);
    ASSERT_EQ(answer.trace.site.power.size(), alike.trace.site.power.size());
    for (std::size_t i = 0; i < alike.trace.site.power.size(); ++i) {
      EXPECT_NEAR(answer.trace.site.power[i] / alike.trace.site.power[i], 1, 1e-9) << i;
    }
    EXPECT_NEAR(answer.per_token() / alike.per_token(), 1, 1e-9);
    EXPECT_NEAR(answer.host.highest / alike.host.highest, 1, 1e-9);
    EXPECT_NEAR(share(answer, "stragglers"), 0, 1e-12);
  }
}

// The same chip, ever slower hosts or ever wider spread: less power, more of it for a token.
TEST(UnlikeDevices, ThatAreSlowerDrawLessAndCostMore) {
  const std::vector<std::vector<std::string>> series = {
      {"", "clock_spread: 1 %", "clock_spread: 3 %", "clock_spread: 6 %"},
      {"", "slow: {share: 20 %, factor: 95 %}", "slow: {share: 20 %, factor: 80 %}",
       "slow: {share: 40 %, factor: 80 %}"},
  };
  for (const auto& populations : series) {
    double power = 1e300;
    double per_token = 0;
    for (const auto& population : populations) {
      SCOPED_TRACE(population);
      const auto study = with(population);
      const auto answer = first_of(study);
      EXPECT_LT(answer.statistics.mean, power);
      EXPECT_GT(answer.per_token().si(), per_token);
      EXPECT_LE(answer.host.mean.si(), power);
      power = answer.statistics.mean;
      per_token = answer.per_token().si();
    }
  }
}

TEST(UnlikeDevices, OverADayKeepTheirEnergy) {
  const auto study = with("clock_spread: 3 %", "window: 1 d, interval: 1 s, floor: 30 %");
  const auto answer = first_of(study);
  expect_one_energy(answer);
  ASSERT_TRUE(answer.events);
  EXPECT_GT(answer.events->checkpoints, 0);
  EXPECT_GT(share(answer, "stragglers"), 0);
  EXPECT_GT(share(answer, "checkpoints"), 0);
}

}  // namespace
}  // namespace weft::power_study
