// Published meter readings beside what is predicted; the power of the chip is fitted to none of
// them. mlcommons/training_results_v4.0 @62f111b, smc-ac-power: readings of 2 s at the plugs of
// immersed hosts.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "loaded.h"

namespace weft::power_study {
namespace {

void expect_within(double predicted, double published, double share) {
  EXPECT_NEAR(predicted / published, 1, share) << predicted << " against " << published;
}

TEST(Published, Gpt3On512H100) {
  const auto study = shipped_study("gpt3_power.yaml");
  const auto answer = first_of(study);
  expect_within(answer.step.si(), 10.64, 0.05);
  expect_within(answer.host.mean.si(), 6900, 0.07);
  expect_within(answer.energy_of_hosts.si() / answer.tokens, 1.12, 0.10);
  expect_within(answer.host.p5.si(), 5840, 0.12);
  expect_within(answer.host.p95.si(), 7240, 0.12);
  expect_within(answer.host.evaluating.si(), 6390, 0.12);
  // One dip a step: 1 / step is the strongest line.
  EXPECT_NEAR(answer.line.frequency, 1 / answer.step.si(), 1e-9);
}

// Low-rank training of Llama-2 70B with 4 (8192 tokens each) micro-batches a replica on one host,
// and one on 8 and 64 (split as in config_..._8x8x1xtp4pp1cp2.sh; that of 64 hosts is not published
// and taken to be the same): 7.26, 6.23 and 5.8 kW a host.
double drawn(int hosts, int context, int data, int batch, const std::string& more = "") {
  const auto study = study_of(
      "kind: study\n"
      "job: {model: llama2_70b, sequence: 8192, global_batch: " +
      std::to_string(batch) +
      ", tokens: 1 G, precision: fp8, training: low_rank}\n"
      "clusters: [{use: smc_h100_immersion, hosts: " +
      std::to_string(hosts) + ", software: nemo" + more +
      "}]\n"
      "plan: {tensor: 4, context: " +
      std::to_string(context) + ", data: " + std::to_string(data) +
      ", pipeline: 1, virtual_stages: 1, expert: 1, micro_batch: 1, zero: 1, recompute: none}\n");
  return first_of(study).host.mean.si();
}

// Measured is a fall by 20 %. Predicted is one by 1.6 %, all of it from 1 to 8 hosts: weft has
// nothing of what a loader takes from steps of half a second.
TEST(Published, MoreHostsDrawLessEach) {
  const double one = drawn(1, 1, 2, 8);
  const double eight = drawn(8, 2, 8, 8);
  const double many = drawn(64, 2, 64, 64);
  EXPECT_LT(many, one);
  expect_within(one, 7260, 0.12);
  expect_within(eight, 6230, 0.12);
  expect_within(many, 5800, 0.12);
}

// More devices wait for the slowest of more: by 5 % where clocks spread by 4 %.
TEST(Published, MoreHostsThatDifferDrawLessStill) {
  const std::string differ = ", population: {clock_spread: 4 %, samples: 20}";
  const double one = drawn(1, 1, 2, 8, differ);
  const double eight = drawn(8, 2, 8, 8, differ);
  const double many = drawn(64, 2, 64, 64, differ);
  EXPECT_LT(eight, one);
  EXPECT_LT(many, eight);
  EXPECT_NEAR(1 - many / one, 0.05, 0.01);
}

}  // namespace
}  // namespace weft::power_study
