// Classes from bins, what their devices are, and clusters filled from them.
#include <cmath>
#include <numeric>

#include "../parsed.h"
#include "fixtures.h"
#include "weft/chips/gemm.h"
#include "weft/manufacturing/bins.h"
#include "weft/population/filling.h"

namespace weft::population {
namespace {

using namespace testing;

std::int64_t sum_of(const std::vector<std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

TEST(LargestRemainder, AddsUpAndIsNear) {
  const std::vector<double> shares = {0.55, 0.31, 0.095, 0.045};
  for (std::int64_t total = 0; total < 300; ++total) {
    const auto counts = largest_remainder(shares, total);
    EXPECT_EQ(sum_of(counts), total);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      EXPECT_LT(std::abs(static_cast<double>(counts[i]) - shares[i] * static_cast<double>(total)),
                1);
    }
  }
}

TEST(LargestRemainder, GivesTheLargestOneMore) {
  EXPECT_EQ(largest_remainder({0.7, 0.3}, 10), (std::vector<std::int64_t>{7, 3}));
  EXPECT_EQ(largest_remainder({0.4, 0.6}, 4), (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(largest_remainder({0.5, 0.5}, 3), (std::vector<std::int64_t>{2, 1}));
}

TEST(Population, IsWhatTheYieldOfTheChipGives) {
  const auto cluster = cluster::testing::parsed("use: cloudmatrix384");
  const auto population = population_of(cluster);
  ASSERT_TRUE(cluster.chip.manufacturing);
  const auto bins = manufacturing::make_bins(*cluster.chip.manufacturing);
  EXPECT_EQ(population.devices_per_package, 2);
  EXPECT_EQ(population.devices_per_host, 16);
  double share = 0, latent = 0;
  for (const auto& kind : population.classes) {
    share += kind.share;
    latent += kind.share * kind.p_latent;
  }
  EXPECT_NEAR(share, 1, 1e-12);
  EXPECT_NEAR(latent, bins.p_latent, 1e-12);
}

TEST(Population, OfAChipThatSaysNothingIsUniform) {
  auto cluster = cluster::testing::parsed("use: dgx_h100");
  cluster.chip.manufacturing.reset();
  const auto population = population_of(cluster);
  ASSERT_EQ(population.classes.size(), 1U);
  EXPECT_TRUE(population.is_uniform());
  EXPECT_EQ(population.mean_power(), 1.0);
  EXPECT_EQ(population.least_capacity(), 1.0);
  const auto same = device_of(cluster.device(), population.classes.front());
  EXPECT_EQ(same.peaks.matrix, cluster.device().peaks.matrix);
  EXPECT_EQ(same.power.idle, cluster.device().power.idle);
}

TEST(DeviceOf, HasLessOfWhatIsOff) {
  const auto cluster = cluster::testing::parsed("use: cloudmatrix384");
  const auto& own = cluster.device();
  DeviceClass kind;
  kind.cores = 20;
  kind.compute = 20.0 / 24;
  kind.bandwidth = kind.capacity = 0.75;
  kind.power = 1.1;
  const auto device = device_of(own, kind);
  const auto bf16 = chips::index_of(chips::Precision::kBf16);
  EXPECT_NEAR(device.peaks.matrix[bf16] / own.peaks.matrix[bf16], 20.0 / 24, 1e-12);
  EXPECT_NEAR(device.memory_bandwidth / own.memory_bandwidth, 0.75, 1e-12);
  EXPECT_NEAR(device.memory_usable / own.memory_usable, 0.75, 1e-12);
  EXPECT_EQ(device.cores, 20);
  EXPECT_NEAR((device.power.idle - own.power.idle) / own.power.limit, 0.1, 1e-12);
}

TEST(LimitMemory, LeavesWhatTheWorstDeviceHas) {
  auto cluster = cluster::testing::parsed("use: dgx_h100");
  const auto usable = cluster.device().memory_usable;
  auto population = in_hosts({timed(0.99, 1), timed(0.01, 1)}, 8);
  population.classes[1].capacity = 0.8;
  limit_memory(population, cluster);
  EXPECT_NEAR(cluster.device().memory_usable / usable, 0.8, 1e-12);
}

TEST(Slowed, StretchesEveryKernelAlike) {
  const auto cluster = cluster::testing::parsed("use: dgx_h100");
  const auto slow = slowed(cluster.device(), 1.25);
  for (const double m : {16.0, 512.0, 8192.0}) {
    chips::Gemm shape;
    shape.m = m;
    shape.n = 4096;
    shape.k = 5120;
    EXPECT_NEAR(chips::gemm_time(slow, shape) / chips::gemm_time(cluster.device(), shape), 1.25,
                1e-12);
  }
}

TEST(Fill, CountsEveryPackageAndDevice) {
  auto population = in_hosts({timed(0.6, 1), timed(0.3, 1.1), timed(0.1, 1.3)}, 16, 2);
  population.slow = {0.25, 0.8};
  for (const auto draw : {Draw::kExpected, Draw::kSampled}) {
    population.draw = draw;
    for (const auto& placement : placements()) {
      const auto filling = fill(population, 12, placement, 3);
      EXPECT_EQ(sum_of(filling.packages), 96);
      ASSERT_EQ(filling.times.size(), 192U);
      std::int64_t slow = 0;
      for (const double time : filling.times) slow += time > 1.31 ? 1 : 0;
      // A slow host makes all of its devices slower than the slowest class, but for the best ones.
      EXPECT_LE(slow, 16 * filling.slow_hosts);
    }
  }
}

TEST(Fill, TakesWhatIsExpected) {
  auto population = in_hosts({timed(0.6, 1), timed(0.3, 1.1), timed(0.1, 1.3)}, 8);
  population.draw = Draw::kExpected;
  population.slow = {0.25, 0.5};
  const auto filling = fill(population, 10, kRandomPlacement, 0);
  EXPECT_EQ(filling.packages, (std::vector<std::int64_t>{48, 24, 8}));
  EXPECT_EQ(filling.slow_hosts, 3);
}

TEST(Fill, DrawsTheSharesInTheMean) {
  const auto population = in_hosts({timed(0.6, 1), timed(0.3, 1.1), timed(0.1, 1.3)}, 8);
  std::vector<double> counts(3);
  constexpr int kClusters = 50, kHosts = 100;
  for (int sample = 0; sample < kClusters; ++sample) {
    const auto filling = fill(population, kHosts, kRandomPlacement, sample);
    for (std::size_t i = 0; i < 3; ++i) counts[i] += static_cast<double>(filling.packages[i]);
  }
  constexpr double kPackages = kClusters * kHosts * 8;
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = population.classes[i].share;
    EXPECT_NEAR(counts[i] / kPackages, share, 4 * std::sqrt(share * (1 - share) / kPackages));
  }
}

// Other shares, the same draws: only packages whose class changes differ.
TEST(Fill, SharesRandomNumbersBetweenPopulations) {
  const auto few = in_hosts({timed(0.9, 1), timed(0.1, 1.2)}, 8);
  const auto more = in_hosts({timed(0.8, 1), timed(0.2, 1.2)}, 8);
  const auto a = fill(few, 200, kRandomPlacement, 5).times;
  const auto b = fill(more, 200, kRandomPlacement, 5).times;
  int changed = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_LE(a[i], b[i]);
    changed += a[i] < b[i] ? 1 : 0;
  }
  EXPECT_NEAR(changed, 160, 4 * 12);
}

}  // namespace
}  // namespace weft::population
