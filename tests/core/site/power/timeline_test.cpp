// Power functions, their samples and what is said about these.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "weft/base/random.h"
#include "weft/power/smoothing.h"
#include "weft/power/timeline.h"

namespace weft::power {
namespace {

Pieces pieces_of(std::uint64_t seed, double length, int count) {
  base::RandomStream random(seed, 0, 0);
  Pieces pieces;
  std::vector<double> lengths;
  double all = 0;
  for (int i = 0; i < count; ++i) {
    lengths.push_back(random.uniform() + 1e-3);
    all += lengths.back();
  }
  for (const double one : lengths) append(pieces, one / all * length, 100 + 900 * random.uniform());
  pieces.back().until = length;
  return pieces;
}

Samples samples_of(std::uint64_t seed, int count, double interval = 1) {
  Samples samples;
  samples.interval = interval;
  samples.length = interval * count;
  base::RandomStream random(seed, 1, 0);
  double power = 500;
  for (int i = 0; i < count; ++i) {
    if (random.uniform() < 0.2) power = 100 + 900 * random.uniform();
    samples.power.push_back(power);
  }
  return samples;
}

TEST(Pieces, OfEqualPowerAreOne) {
  Pieces pieces;
  append(pieces, 2, 5);
  append(pieces, 0, 7);
  append(pieces, 1, 5);
  append(pieces, 1, 3);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].until, 3);
  EXPECT_EQ(energy_of(pieces), 18);
  EXPECT_EQ(highest_of(pieces), 5);
  EXPECT_EQ(lowest_of(pieces), 3);
}

TEST(Pieces, AddUpAtEveryMoment) {
  const std::vector<Pieces> all = {pieces_of(1, 7, 20), pieces_of(2, 7, 33), pieces_of(3, 7, 5)};
  const std::vector<Term> terms = {{&all[0], 2}, {&all[1], 1}, {&all[2], 0.5}};
  const Periodic sum(sum_of(terms));
  for (double t = 0.01; t < 7; t += 0.173) {
    const auto at = [&](const Pieces& p) { return Periodic(p).energy(t); };
    const double parts = 2 * at(all[0]) + at(all[1]) + 0.5 * at(all[2]);
    EXPECT_NEAR(sum.energy(t) / parts, 1, 1e-12);
  }
  EXPECT_THROW(sum_of(std::vector<Term>{}), std::invalid_argument);
  const auto shorter = pieces_of(4, 6, 3);
  EXPECT_THROW(sum_of(std::vector<Term>{{&all[0], 1}, {&shorter, 1}}), std::invalid_argument);
}

TEST(Periodic, RepeatsItselfForEver) {
  const auto pieces = pieces_of(5, 3.7, 50);
  const Periodic function(pieces);
  EXPECT_NEAR(function.energy(3.7), energy_of(pieces), 1e-9);
  EXPECT_NEAR(function.energy(3.7 * 1000 + 1.1), 1000 * energy_of(pieces) + function.energy(1.1),
              1e-7);
  EXPECT_NEAR(function.mean(0.3, 0.3 + 5 * 3.7) / function.mean(), 1, 1e-12);
  EXPECT_THROW(Periodic(Pieces{}), std::invalid_argument);
}

// Whatever the interval, and whether or not it divides the time or the period.
TEST(Timeline, SamplesKeepTheEnergy) {
  Timeline timeline;
  const auto work = timeline.add(Periodic(pieces_of(6, 10.6437, 4000)));
  const auto rest = timeline.add(Periodic({{1, 50}}));
  timeline.add({1000, work, 0, 1, 0});
  timeline.add({1000.5, rest, 0, 1, 0});
  timeline.add({5000, work, 1000, 0.75, 20});
  timeline.add({5003, rest, 0, 1, 0});
  timeline.add({7777.7, work, 0, 1, 0});
  for (const double interval : {0.013, 1.0, 2.0, 37.3, 10000.0}) {
    const auto samples = timeline.sample(interval);
    EXPECT_NEAR(samples.energy() / timeline.energy(), 1, 1e-9) << interval;
  }
  const auto samples = timeline.sample(1);
  EXPECT_EQ(samples.power.size(), 7778U);
  EXPECT_NEAR(samples.time_of(7777), 0.7, 1e-9);
  EXPECT_THROW(static_cast<void>(timeline.sample(0)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(timeline.sample(1e-9)), std::invalid_argument);
  EXPECT_THROW(timeline.add({1, work, 0, 1, 0}), std::invalid_argument);
  EXPECT_THROW(timeline.add({9000, 7, 0, 1, 0}), std::invalid_argument);
}

TEST(Statistics, OfAKnownCurve) {
  Samples samples;
  samples.interval = 0.5;
  for (int i = 1; i <= 100; ++i) samples.power.push_back(i);
  samples.length = 50;
  const auto s = statistics_of(samples);
  EXPECT_DOUBLE_EQ(s.mean, 50.5);
  EXPECT_EQ(s.p5, 5);
  EXPECT_EQ(s.p95, 95);
  EXPECT_EQ(s.swing(), 99);
  EXPECT_EQ(s.ramp, 2);
  EXPECT_THROW(statistics_of(Samples{}), std::invalid_argument);
  EXPECT_EQ(quantile({{3, 1}, {1, 8}, {2, 1}}, 0.8), 1);
  EXPECT_EQ(quantile({{3, 1}, {1, 8}, {2, 1}}, 0.9), 2);
}

// A sine of a period that divides nothing, in long and short series; a series whose length is a
// large prime.
TEST(Spectrum, FindsTheLine) {
  for (const int count : {997, 10007, 86400}) {
    for (const double frequency : {0.0937, 0.31}) {
      Samples samples;
      samples.length = count;
      for (int i = 0; i < count; ++i) {
        samples.power.push_back(700 + 50 * std::sin(2 * std::numbers::pi * frequency * i));
      }
      const auto line = dominant_line(samples, 1024);
      EXPECT_NEAR(line.frequency, frequency, line.resolution) << count;
      EXPECT_GT(line.share, 0.8);  // what is not a whole number of periods leaks
    }
  }
  Samples constant;
  constant.length = 100;
  constant.power.assign(100, 345.678);
  EXPECT_EQ(dominant_line(constant, 1024).frequency, 0);
}

TEST(Ramp, IsHeldAndThePeakDoesNotRise) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto asked = samples_of(seed, 500);
    const double before = statistics_of(asked).peak;
    for (const double limit : {1.0, 30.0, 5000.0}) {
      for (const auto way : {RampUp::kBurn, RampUp::kWithhold}) {
        const auto smooth = limit_ramp(asked, limit, way);
        const auto after = statistics_of(smooth.samples);
        EXPECT_LE(after.ramp, limit * (1 + 1e-12));
        EXPECT_LE(after.peak, before);
        EXPECT_NEAR(smooth.samples.energy() - asked.energy(), smooth.added - smooth.withheld,
                    1e-9 * asked.energy());
        if (way == RampUp::kBurn) {
          EXPECT_EQ(smooth.withheld, 0);
          EXPECT_GE(after.trough, statistics_of(asked).trough);
        }
      }
    }
    const auto free = limit_ramp(asked, 5000, RampUp::kWithhold);
    EXPECT_EQ(free.samples.power, asked.power);
  }
  EXPECT_THROW(limit_ramp(samples_of(1, 5), 0, RampUp::kBurn), std::invalid_argument);
}

TEST(Storage, KeepsEnergyUpToItsLosses) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto asked = samples_of(seed, 800, 0.5);
    const double before = statistics_of(asked).peak;
    double lower = before;
    for (const double energy : {0.0, 100.0, 1000.0, 10000.0}) {
      const Storage storage{200, energy, 0.9};
      const auto smooth = shave_peaks(asked, storage);
      const auto after = statistics_of(smooth.samples);
      EXPECT_LE(after.peak, lower * (1 + 1e-12));  // more storage, no higher peak
      lower = after.peak;
      EXPECT_GE(after.peak, before - storage.power - 1e-9);
      EXPECT_NEAR(smooth.samples.energy(), asked.energy() + smooth.lost + smooth.stored,
                  1e-9 * asked.energy());
      EXPECT_GE(smooth.lost, 0);
      EXPECT_NEAR(smooth.stored, 0, 1e-6 * energy + 1e-9);
    }
  }
  EXPECT_THROW(shave_peaks(samples_of(1, 5), {1, 1, 0}), std::invalid_argument);
}

// One peak of 10 s at 300 W above the rest: half of its 3 kJ cut it to the half; whatever there is,
// the storage takes back what it gives: no ceiling is below the mean.
TEST(Storage, OfAKnownPeak) {
  Samples samples;
  samples.length = 100;
  samples.power.assign(100, 200);
  for (std::size_t i = 50; i < 60; ++i) samples.power[i] = 500;
  EXPECT_NEAR(statistics_of(shave_peaks(samples, {1000, 1500, 1}).samples).peak, 350, 1e-6);
  EXPECT_NEAR(statistics_of(shave_peaks(samples, {100, 3000, 1}).samples).peak, 400, 1e-6);
  EXPECT_NEAR(statistics_of(shave_peaks(samples, {1000, 3000, 1}).samples).peak, 230, 1e-6);
}

}  // namespace
}  // namespace weft::power
