// `weft run` on clusters whose devices are not alike.
#include <gtest/gtest.h>

#include <string>

#include "shipped.h"
#include "weft/study/run.h"

namespace weft::study {
namespace {

Study with_population(const std::string& cluster) {
  base::Reading reading;
  const auto document = base::Document::parse(
      "kind: study\n"
      "job: {model: llama3_70b, sequence: 8192, global_batch: 384, tokens: 1 T}\n"
      "clusters: [{use: cloudmatrix384}, " +
          cluster +
          "]\n"
          "plan: {tensor: 8, context: 1, data: 24, pipeline: 4, virtual_stages: 1, expert: 1, "
          "micro_batch: 1, zero: 1, recompute: full}\n",
      "study.yaml");
  auto study = read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  return study;
}

TEST(UnlikeDevices, MakeTheStepAndTheJobLonger) {
  const auto study = with_population(
      "{use: cloudmatrix384, population: {bins: {24 cores: 90 %, 20 cores: 10 %}}}");
  const auto results = run(study, base::ThreadTeam(1));
  const auto& alike = *results[0].outcome;
  const auto& unlike = *results[1].outcome;
  ASSERT_TRUE(unlike.populated);
  EXPECT_FALSE(alike.populated);
  const double factor = unlike.populated->slow_down.step.mean;
  EXPECT_GT(factor, 1.05);
  EXPECT_NEAR(unlike.ledger.step / alike.ledger.step, factor, 1e-9);
  EXPECT_NEAR(unlike.ledger.sum_of_parts() / unlike.ledger.step, 1, 1e-9);
  // Over the peaks of the devices as they are.
  EXPECT_NEAR(alike.mfu / unlike.mfu, factor * (0.9 + 0.1 * 20 / 24), 1e-9);
  EXPECT_GT(unlike.goodput.wall / alike.goodput.wall, 1.05);
}

// A cluster filled with one bin is a cluster of that bin's chip: none waits for another.
TEST(UnlikeDevices, OfOneBinAreAClusterOfItsChip) {
  auto study = with_population("{use: cloudmatrix384, population: {bins: {20 cores: 100 %}}}");
  population::DeviceClass bin;
  bin.cores = 20;
  bin.compute = 20.0 / 24;
  auto& own = study.cases[0].cluster.chip.device;
  own = population::device_of(own, bin);
  const auto results = run(study, base::ThreadTeam(1));
  const auto& chip = *results[0].outcome;
  const auto& filled = *results[1].outcome;
  EXPECT_EQ(filled.ledger.part(step::Part::kStragglers).si(), 0);
  EXPECT_EQ(filled.populated->slow_down.step.mean, 1);
  EXPECT_NEAR(filled.ledger.step / chip.ledger.step, 1, 1e-12);
  EXPECT_NEAR(filled.mfu / chip.mfu, 1, 1e-12);
  const auto energy = [](const study::Outcome& outcome) {
    base::Energy sum;
    for (const auto part : outcome.ledger.energy) sum += part;
    return sum;
  };
  EXPECT_NEAR(energy(filled) / energy(chip), 1, 1e-12);
}

TEST(UnlikeDevices, AreOfOneKindOfChip) {
  try {
    with_population(
        "{mixed: [{use: atlas_900_a2, hosts: 16}, {use: dgx_a100_80g, hosts: 8}], between: {link: "
        "roce_200g}, population: {placement: slack}}");
    FAIL();
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find("study.yaml:3:"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("one kind of chip"), std::string::npos);
  }
}

}  // namespace
}  // namespace weft::study
