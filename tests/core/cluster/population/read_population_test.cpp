// The YAML of a population, and what is wrong with it.
#include <cmath>

#include "../parsed.h"
#include "fixtures.h"

namespace weft::population {
namespace {

using namespace testing;

Population read(const std::string& text, const cluster::Cluster& cluster) {
  const auto document = base::Document::parse(text, "study.yaml");
  base::Reading reading;
  const auto population =
      read_population(base::Fields(document.root(), reading, "population"), cluster);
  reading.throw_if_any();
  return population;
}

// Two bins: all cores, and ten of twelve at a lower clock with three of four stacks.
cluster::Cluster with_bins() {
  auto cluster = cluster::testing::parsed("use: dgx_h100");
  base::Reading reading;
  const auto document = base::Document::parse(R"(
wafer: {diameter: 300 mm, edge: 3 mm}
law: poisson
defect_density: 0.1 /cm2
core_share: 60 %
bins:
  - {name: full, cores: 12, clock: 2 GHz}
  - {name: cut, cores: 10, clock: 1.8 GHz, stacks: 3}
  - {name: rest, cores: 6, clock: 1 GHz, sold_as: other}
latent: {ratio: 0.01, shape: 0.5, life: 2000 h}
)",
                                              "chip.yaml");
  manufacturing::Design design;
  design.die_area = base::Area(600e-6);
  design.cores_built = 13;
  design.cores_enabled = 12;
  design.clock = base::Rate(2e9);
  design.stacks = 4;
  cluster.chip.manufacturing =
      manufacturing::read_manufacturing({document.root(), reading, "chip"}, design);
  reading.throw_if_any();
  return cluster;
}

void expect_error(const std::string& text, const std::string& place, const std::string& message) {
  try {
    read(text, with_bins());
    FAIL() << "no error in " << text;
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find("study.yaml:" + place), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
  }
}

TEST(ReadPopulation, TakesTheBinsAsTheyAreBought) {
  const auto population = read("bins: {full: 70 %, rest: 10 %, cut: 20 %}", with_bins());
  ASSERT_EQ(population.classes.size(), 3U);
  EXPECT_EQ(population.classes[1].bin, "cut");
  EXPECT_NEAR(population.classes[1].share, 0.2, 1e-12);
  EXPECT_NEAR(population.classes[1].compute, 10.0 / 12 * 0.9, 1e-12);
  EXPECT_NEAR(population.classes[1].bandwidth, 0.75, 1e-12);
  EXPECT_NEAR(population.classes[1].time, 1 / 0.75, 1e-12);  // compute has as much: 0.75
  EXPECT_NEAR(population.classes[2].time, 4, 1e-12);
  EXPECT_EQ(population.classes[0].time, 1.0);
  EXPECT_NEAR(population.least_capacity(), 0.75, 1e-12);
  EXPECT_GT(population.classes[1].p_latent, population.classes[0].p_latent);
}

TEST(ReadPopulation, TakesTheOwnBinsWithoutAWord) {
  const auto population = read("placement: slack", with_bins());
  ASSERT_EQ(population.classes.size(), 2U);
  EXPECT_NEAR(population.classes[0].share + population.classes[1].share, 1, 1e-12);
  EXPECT_EQ(population.placement, "slack");
  EXPECT_EQ(population.draw, Draw::kSampled);
}

TEST(ReadPopulation, ReadsAll) {
  const auto population = read(R"(
clock_spread: 1.5 %
clock_shape: normal
leakage_share: 20 %
leakage_spread: 0.3
slow: {share: 0.5 %, factor: 90 %}
lemons: {share: 1.3 %, multiplier: 50}
acceptance: {bad_hosts: 10 %, time: 48 h, finds_lemons: 50 %}
draw: expected
samples: 7
seed: 42
)",
                               with_bins());
  EXPECT_NEAR(population.spread.sigma, 0.015, 1e-12);
  EXPECT_EQ(population.spread.shape, SpreadShape::kNormal);
  EXPECT_NEAR(population.mean_power(), 1 + 0.2 * (std::exp(0.045) - 1), 1e-12);
  EXPECT_NEAR(population.slow.share, 0.005, 1e-12);
  EXPECT_NEAR(population.slow.speed, 0.9, 1e-12);
  EXPECT_NEAR(population.lemons.multiplier, 50, 1e-12);
  EXPECT_NEAR(population.acceptance.time / base::kHour, 48, 1e-9);
  EXPECT_EQ(population.draw, Draw::kExpected);
  EXPECT_EQ(population.samples, 7);
  EXPECT_EQ(population.seed, 42U);
}

TEST(ReadPopulation, SaysWhatIsWrong) {
  expect_error("bins: {full: 70 %, cat: 30 %}", "1:20", "'cut'");
  expect_error("bins: {full: 70 %, cut: 20 %}", "1:7", "sum to 90 %");
  expect_error("bins: {full: 170 %, cut: -70 %}", "1:14", "a number from 0 to 1");
  expect_error("placement: sorted_by_bins", "1:12", "sorted_by_bin");
  expect_error("clock_spread: 30 %", "1:15", "a number from 0 to 0.1");
  expect_error("slow: {share: 0.5 %}", "1:7", "factor");
  expect_error("slow: {share: 0.5 %, factor: 110 %}", "1:30", "factor");
  expect_error("seeds: 3", "1:1", "'seed'");
  expect_error("acceptance: {time: -3 h}", "1:20", "0 or more");
}

TEST(ReadPopulation, NeedsToKnowHowTheChipIsMade) {
  auto cluster = with_bins();
  cluster.chip.manufacturing.reset();
  EXPECT_THROW(read("bins: {full: 100 %}", cluster), base::InputError);
  EXPECT_EQ(read("placement: random", cluster).classes.size(), 1U);
}

}  // namespace
}  // namespace weft::population
