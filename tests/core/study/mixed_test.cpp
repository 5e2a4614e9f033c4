// Studies of mixed clusters: one job on parts of different chips.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "shipped.h"
#include "weft/plan/check.h"
#include "weft/study/memory_study.h"
#include "weft/study/plan_study.h"
#include "weft/study/run.h"

namespace weft::study {
namespace {

Study mixed_study(const std::string& plan, const std::string& more = "",
                  const std::string& second = "{use: dgx_a100_80g, hosts: 1}") {
  base::Reading reading;
  const auto document = base::Document::parse(
      "kind: study\n"
      "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
      "clusters: [{mixed: [{use: dgx_h100, hosts: 2}, " +
          second +
          "], between: {link: ib_ndr}}]\n"
          "plan: " +
          plan + "\n" + more,
      "study.yaml");
  auto study = read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  return study;
}

const char* const kGiven =
    "{tensor: 2, context: 1, data: 4, pipeline: 3, virtual_stages: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: none}";

TEST(MixedStudy, SearchIsThatOfTheWholeSpace) {
  const auto study = mixed_study("{zero: 1, recompute: none}");
  const auto& c = study.cases[0];
  const auto results = run(study, base::ThreadTeam(2));
  ASSERT_TRUE(results[0].outcome);
  step::Evaluator evaluator(c.cluster, study.job, c.software);
  plan::Fitting fitting(c.cluster, study.job, c.software);
  const plan::Space space(c.cluster, study.job, c.software, c.request);
  plan::SpaceCount count;
  base::Time best(std::numeric_limits<double>::infinity());
  for (std::size_t cell = 0; cell < space.cells().size(); ++cell) {
    space.walk(
        cell, fitting, count,
        [&](const plan::Plan& plan, std::uint64_t) {
          EXPECT_FALSE(plan::first_problem(c.cluster, study.job, c.software, plan));
          best = std::min(best, evaluator.time(plan));
        },
        [&](plan::Plan& plan) { return evaluator.split_layers(plan); });
  }
  EXPECT_GT(count.legal, 50U);
  EXPECT_EQ(count.legal, results[0].search.count.legal);
  EXPECT_EQ(best, results[0].outcome->ledger.step);
  EXPECT_LT(results[0].search.replayed, count.legal);
}

TEST(MixedStudy, PartsAddUp) {
  const auto study = mixed_study(kGiven);
  const auto& c = study.cases[0];
  const auto outcome = *run(study, base::ThreadTeam(1))[0].outcome;
  ASSERT_EQ(outcome.parts.size(), 2U);
  EXPECT_EQ(outcome.plan.parts, (std::vector{0, 0, 1}));
  EXPECT_EQ(outcome.parts[0].devices_used, 16);
  EXPECT_EQ(outcome.parts[1].devices_used, 8);
  EXPECT_EQ(outcome.parts[0].layers + outcome.parts[1].layers, 32);
  EXPECT_GT(outcome.parts[0].layers, 2 * outcome.parts[1].layers);
  EXPECT_EQ(outcome.packages_used, 24);
  // Model FLOPs over the sum of the peaks of all devices in use.
  const double peaks = 16 * outcome.parts[0].peak.si() + 8 * outcome.parts[1].peak.si();
  EXPECT_NEAR(outcome.mfu, outcome.achieved.si() * 24 / peaks, 1e-12);
  // Power, price and hazards of each part on its own.
  base::Power mean;
  double per_week = 0;
  for (int p = 0; p < 2; ++p) {
    const auto& part = outcome.parts[static_cast<std::size_t>(p)];
    const auto power = part.ledger.mean_device_power();
    mean += site::meter_power(c.cluster.part(p), part.devices_used, power, c.site).total();
    per_week += campaign::simulate(c.cluster.part(p), part.devices_used, outcome.ledger, study.job,
                                   c.policy)
                    .interruptions_per_week();
  }
  EXPECT_NEAR(outcome.bill.mean.total() / mean, 1, 1e-12);
  EXPECT_NEAR(outcome.goodput.interruptions_per_week() / per_week, 1, 1e-9);
  ASSERT_TRUE(outcome.bill.cost);
  ASSERT_TRUE(outcome.bill.own_per_package_hour);
  EXPECT_NEAR(outcome.bill.own_per_package_hour->amount * 24 *
                  (outcome.goodput.wall / base::kHour) / outcome.bill.cost->own.amount,
              1, 1e-9);
  EXPECT_FALSE(outcome.evidence.is_fitted);
}

// Energy of a step: of all devices in use, part by part, and of the whole at the meter.
TEST(MixedStudy, EnergiesOfPartsAddUp) {
  const auto study = mixed_study(kGiven);
  const auto& c = study.cases[0];
  const auto outcome = *run(study, base::ThreadTeam(1))[0].outcome;
  for (std::size_t e = 0; e < outcome.ledger.energy.size(); ++e) {
    base::Energy sum;
    for (const auto& part : outcome.parts) {
      sum += part.ledger.energy[e] * static_cast<double>(part.devices_used);
    }
    EXPECT_NEAR((sum - outcome.ledger.energy[e] * 24).si(), 0, 1e-9 * sum.si()) << e;
  }
  base::Energy at_meter;
  base::Energy devices;
  for (int p = 0; p < 2; ++p) {
    const auto& part = outcome.parts[static_cast<std::size_t>(p)];
    const auto power = part.ledger.mean_device_power();
    const auto meter = site::meter_power(c.cluster.part(p), part.devices_used, power, c.site);
    at_meter += meter.total() * outcome.ledger.step;
    devices += part.ledger.device_energy() * static_cast<double>(part.devices_used);
    // The parts of one step end together.
    EXPECT_EQ(part.ledger.step, outcome.ledger.step);
  }
  EXPECT_NEAR(outcome.bill.mean.total() * outcome.ledger.step / at_meter, 1, 1e-12);
  EXPECT_NEAR(outcome.ledger.device_energy() * 24 / devices, 1, 1e-12);
  // A100s draw less than H100s: not one figure for all.
  EXPECT_GT(outcome.parts[0].ledger.device_energy(), outcome.parts[1].ledger.device_energy());
}

// As one cluster of twice the size when both parts are alike and the link is theirs.
TEST(MixedStudy, EqualPartsCostWhatOneClusterCosts) {
  auto mixed = mixed_study(kGiven, "", "{use: dgx_h100, hosts: 1}");
  auto plain = mixed;
  base::Reading reading;
  plain.cases[0].cluster = test::cluster_of("{use: dgx_h100, hosts: 3}");
  const auto plan = plan_of(mixed.job, mixed.cases[0]);
  auto alone = plan;
  alone.parts.clear();
  auto& joint = mixed.cases[0].cluster.joint;
  joint.link = plain.cases[0].cluster.fabric.tiers().back().link;
  joint.latency = plain.cases[0].cluster.fabric.message_latency(1) - joint.link.latency;
  const auto a = evaluate(mixed.job, mixed.cases[0], plan);
  const auto b = evaluate(plain.job, plain.cases[0], alone);
  EXPECT_NEAR(a.ledger.step / b.ledger.step, 1, 1e-9);
  EXPECT_NEAR(a.mfu / b.mfu, 1, 1e-9);
  EXPECT_NEAR(a.bill.mean.devices / b.bill.mean.devices, 1, 1e-9);
  EXPECT_NEAR(a.bill.mean.hosts / b.bill.mean.hosts, 1, 1e-2);  // fans are not linear
  EXPECT_EQ(a.memory.total(), b.memory.total());
}

TEST(MixedStudy, MemoryIsThatOfEachPart) {
  const auto study = mixed_study(kGiven);
  const auto cases = memory_of(study, base::ThreadTeam(1));
  ASSERT_EQ(cases[0].stages.size(), 3U);
  EXPECT_TRUE(cases[0].fits);
  EXPECT_EQ(cases[0].stages[2].part, 1);
  const auto more = mixed_study(
      "{tensor: 1, context: 1, data: 8, pipeline: 3, virtual_stages: 1, expert: 1, micro_batch: 8, "
      "zero: 1, recompute: none, layers: [2, 2, 28]}");
  const auto full = memory_of(more, base::ThreadTeam(1));
  EXPECT_FALSE(full[0].fits);
  EXPECT_EQ(full[0].misfit.memory.part, 1);
  EXPECT_EQ(full[0].fullest, 2);
}

::testing::AssertionResult is_wrong(const std::string& plan, const std::string& place,
                                    const std::string& message, const std::string& more = "") {
  try {
    const auto study = mixed_study(plan, more);
    run(study, base::ThreadTeam(1));
  } catch (const base::InputError& error) {
    const std::string what = error.what();
    const bool found = what.find("study.yaml:" + place) != std::string::npos &&
                       what.find(message) != std::string::npos;
    return found ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << what;
  }
  return ::testing::AssertionFailure() << "no error";
}

TEST(MixedStudy, MistakesAreShownWhereTheyAre) {
  EXPECT_TRUE(is_wrong("{parts: [0, 0, 2]}", "4:15", "stage 2 is on part 2"));
  EXPECT_TRUE(is_wrong("{parts: [0, 0, 0]}", "4:15", "no stage is on part 1"));
  EXPECT_TRUE(is_wrong("{part_stages: [2, 0]}", "4:21", "no stage is on part 1"));
  EXPECT_TRUE(is_wrong("{part_stages: [2, 1, 1]}", "4:21", "3 entries; the cluster has 2 parts"));
  EXPECT_TRUE(is_wrong("{pipeline: 4, parts: [0, 0, 1]}", "4:28", "3 entries for a pipeline of 4"));
  EXPECT_TRUE(is_wrong("{parts: [0, x]}", "4:19", "'x' is not a whole number"));
  EXPECT_TRUE(is_wrong("{parts: [0, 1], part_stages: [1, 1]}", "4:15", "'part_stages'"));
  std::string many = kGiven;
  many.insert(many.size() - 1, ", parts: [0, 1, 1]");
  EXPECT_TRUE(is_wrong(many, "4:7", "2 stages of 8 devices need 16 of part 1"));
  std::string alone = kGiven;
  alone.replace(alone.find("pipeline: 3"), 11, "pipeline: 1");
  EXPECT_TRUE(is_wrong(alone, "4:7", "each needs a stage"));
  EXPECT_TRUE(is_wrong("auto", "5:", "for speed alone", "search: {objective: energy}\n"));
}

TEST(MixedStudy, GivenPlacesAreKept) {
  const auto study = mixed_study("{parts: [0, 1, 0], tensor: 2, data: 4}");
  const auto results = run(study, base::ThreadTeam(1));
  ASSERT_TRUE(results[0].outcome);
  EXPECT_EQ(results[0].outcome->plan.parts, (std::vector{0, 1, 0}));
  EXPECT_EQ(results[0].outcome->plan.pipeline, 3);
  EXPECT_NE(to_text(results[0].outcome->plan).find("PP3"), std::string::npos);
}

}  // namespace
}  // namespace weft::study
