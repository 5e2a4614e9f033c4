#include "weft/campaign/renewal.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace weft::campaign {
namespace {

using base::Time;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double ettr(double mean, double pause, double recovery, double interval) {
  return renewal_ettr(Time(mean), Time(interval), Time(pause), Time(recovery));
}
double interval(double mean, double pause) { return best_interval(Time(mean), Time(pause)).si(); }

// Daly 2006, eq. 37.
double daly(double mean, double pause) {
  const double ratio = pause / (2 * mean);
  return std::sqrt(2 * pause * mean) * (1 + std::sqrt(ratio) / 3 + ratio / 9) - pause;
}

TEST(Renewal, GoldenRatios) {
  EXPECT_NEAR(ettr(11135, 20, 300, 654.1), 0.91623, 5e-6);
  EXPECT_NEAR(ettr(1080, 20, 600, 194.7), 0.4703, 5e-5);
}

TEST(Renewal, GoldenIntervals) {
  EXPECT_NEAR(std::sqrt(2.0 * 11135 * 20), 667.4, 0.05);  // Young
  EXPECT_NEAR(daly(11135, 20), 654.1, 0.05);
  EXPECT_NEAR(interval(11135, 20), 654.1, 0.05);
  EXPECT_NEAR(daly(1080, 20), 194.7, 0.06);
  EXPECT_NEAR(interval(1080, 20), 194.7, 0.05);
}

TEST(Renewal, IntervalSolvesLambertEquation) {
  for (const double ratio : {1e-3, 0.01, 0.1, 1.0, 3.0, 10.0}) {
    const double w = interval(1.0, ratio) - 1.0;
    const double z = -std::exp(-1.0 - ratio);
    EXPECT_NEAR(w * std::exp(w), z, 1e-14 * std::abs(z) + 1e-16) << ratio;
    EXPECT_GE(w, -1.0);
  }
}

TEST(Renewal, IntervalKeepsItsDigitsNearTheBranchPoint) {
  for (const double ratio : {1e-14, 1e-10, 1e-7, 1e-5}) {
    const double p = std::sqrt(2 * ratio);
    EXPECT_NEAR(interval(1.0, ratio) / (p - p * p / 3 + p * p * p / 36), 1.0, 1e-8) << ratio;
  }
}

TEST(Renewal, IntervalIsBest) {
  for (const double pause : {0.1, 20.0, 600.0, 20000.0}) {
    const double best = interval(10000, pause);
    const double at_best = ettr(10000, pause, 300, best);
    for (const double factor : {0.5, 0.9, 0.99, 1.01, 1.1, 2.0}) {
      EXPECT_LT(ettr(10000, pause, 300, best * factor), at_best) << pause << " × " << factor;
    }
  }
}

TEST(Renewal, IntervalGrowsWithPauseAndMean) {
  double last = 0;
  for (const double pause : {0.0, 1e-9, 1.0, 10.0, 1e3, 1e6, 1e9}) {
    const double now = interval(1000, pause);
    EXPECT_GE(now, last);
    EXPECT_LE(now, 1000.0);
    last = now;
  }
  EXPECT_LT(interval(1000, 5), interval(2000, 5));
  EXPECT_EQ(interval(1000, 0), 0.0);
  EXPECT_TRUE(std::isinf(interval(kInfinity, 5)));
}

TEST(Renewal, LimitsOfTheRatio) {
  EXPECT_DOUBLE_EQ(ettr(kInfinity, 20, 300, 600), 600.0 / 620.0);  // nothing fails
  EXPECT_NEAR(ettr(1e15, 0, 0, 600), 1.0, 1e-12);                  // nothing costs
  EXPECT_NEAR(ettr(10000, 0, 300, 1e-9), std::exp(-0.03), 1e-9);   // nothing is done again
  EXPECT_DOUBLE_EQ(ettr(10000, 0, 300, 0), std::exp(-0.03));
  EXPECT_EQ(ettr(100, 10, 1, 1e9), 0.0);
  EXPECT_EQ(ettr(100, 10, 1e9, 10), 0.0);
  EXPECT_EQ(ettr(0, 10, 10, 10), 0.0);
}

TEST(Renewal, MonotoneInEveryCost) {
  for (const double factor : {1.1, 2.0, 10.0}) {
    EXPECT_LT(ettr(10000 / factor, 20, 300, 600), ettr(10000, 20, 300, 600));
    EXPECT_LT(ettr(10000, 20 * factor, 300, 600), ettr(10000, 20, 300, 600));
    EXPECT_LT(ettr(10000, 20, 300 * factor, 600), ettr(10000, 20, 300, 600));
  }
}

TEST(Renewal, SmallLosses) {
  // loss ≈ √(2δ/M) + R/M
  EXPECT_NEAR(1 - ettr(1e6, 5, 300, interval(1e6, 5)), std::sqrt(1e-5) + 3e-4, 2e-5);
}

// V4 (Kokolis et al., arXiv 2410.21680): 12,000 A100 at 6.5 per 1000 node-days and 5 minutes to
// restart reach 0.9 only when a checkpoint stops them for about 10 s.
TEST(Renewal, Rsc12k) {
  const double mean = 24 * 8 / (12000 * 6.5e-3) * 3600;
  EXPECT_NEAR(ettr(mean, 60, 300, interval(mean, 60)), 0.858, 0.01);
  EXPECT_NEAR(ettr(mean, 10, 300, interval(mean, 10)), 0.92, 0.01);
}

// V6: Meta's 98,304 GPUs without elasticity keep 44 % of the time at 18 minutes between failures
// and 10 to recover; this clock counts the recovery in, and gives the band above.
TEST(Renewal, FtHsdpSynchronous) {
  EXPECT_NEAR((18.0 - 10.0) / 18.0, 0.44, 0.005);
  EXPECT_NEAR(ettr(1080, 20, 600, interval(1080, 20)), 0.47, 0.005);
  EXPECT_NEAR(ettr(1080, 0.5, 600, interval(1080, 0.5)), 0.56, 0.005);
}

// V12: 98 % availability at 10 minutes per failure takes 8.3 h between failures.
TEST(Renewal, AvailabilityWithoutRework) { EXPECT_NEAR(ettr(8.3 * 3600, 0, 600, 0), 0.980, 5e-4); }

// V3: Llama 3 405B, over 90 % at 3.09 h between interruptions.
TEST(Renewal, Llama3) {
  const double mean = 54.0 * 86400 / 419;
  EXPECT_NEAR(mean, 11135, 1);
  EXPECT_NEAR(ettr(mean, 20, 300, interval(mean, 20)), 0.916, 5e-4);
  EXPECT_NEAR(ettr(mean, 60, 600, interval(mean, 60)), 0.853, 5e-4);
}

TEST(ExpectedTimes, AgreeWithTheRatio) {
  for (const double lag : {0.0, 50.0, 500.0}) {
    for (const double mean : {1e3, 1e4, 1e8}) {
      const Segment segment{Time(600), Time(20), Time(300), Time(lag)};
      const auto times = expected_times(Time(mean), segment);
      EXPECT_NEAR(times.productive / times.wall(), ettr(mean, 20, 300 + lag, 600), 1e-12);
      EXPECT_GE(times.lost.si(), 0);
      EXPECT_GE(times.recovering.si(), 0);
    }
  }
}

TEST(ExpectedTimes, NothingFails) {
  const auto times = expected_times(Time(kInfinity), {Time(600), Time(20), Time(300), Time(90)});
  EXPECT_EQ(times.lost.si(), 0);
  EXPECT_EQ(times.recovering.si(), 0);
  EXPECT_EQ(times.wall().si(), 620);
}

// A run, second by second of what happens to it: no formula of the model is used.
class Run {
 public:
  Run(double mean, Segment segment) : mean_(mean), segment_(segment) { next_failure_ = draw(); }

  // Until `segments` checkpoints in a row are durable.
  SegmentTimes until(int segments) {
    double behind = segment_.durable_after.si();  // executed since the last durable checkpoint
    const double length = (segment_.interval + segment_.pause).si();
    for (int done = 0; done < segments;) {
      const double to_go = length + segment_.durable_after.si() - behind;
      if (next_failure_ > clock_ + to_go) {
        clock_ += to_go;
        behind = segment_.durable_after.si();
        ++done;
      } else {
        undone_ += behind + (next_failure_ - clock_);
        recover();
        behind = 0;
      }
    }
    SegmentTimes times;
    times.productive = segment_.interval * segments;
    times.checkpointing = segment_.pause * segments;
    times.lost = Time(undone_);
    times.recovering = Time(recovering_);
    return times;
  }

  [[nodiscard]] double clock() const { return clock_; }

 private:
  double draw() {
    const double u = (static_cast<double>(generator_() >> 11U) + 0.5) * 0x1p-53;
    return clock_ - mean_ * std::log(u);
  }
  void recover() {
    const double began = next_failure_;
    clock_ = next_failure_;
    next_failure_ = draw();
    while (next_failure_ < clock_ + segment_.recovery.si()) {
      clock_ = next_failure_;
      next_failure_ = draw();
    }
    clock_ += segment_.recovery.si();
    recovering_ += clock_ - began;
  }

  double mean_;
  Segment segment_;
  std::mt19937_64 generator_{20260101};
  double clock_ = 0;
  double next_failure_ = 0;
  double undone_ = 0;
  double recovering_ = 0;
};

constexpr int kSegments = 400000;

void expect_like_simulation(double mean, const Segment& segment) {
  Run run(mean, segment);
  const auto simulated = run.until(kSegments);
  const auto expected = expected_times(Time(mean), segment);
  // The run begins with a lag's worth of work behind a checkpoint that it did not execute.
  EXPECT_NEAR(simulated.wall().si() / run.clock(), 1.0, 1e-6);
  EXPECT_NEAR(simulated.lost.si() / kSegments, expected.lost.si(), 0.02 * expected.lost.si());
  EXPECT_NEAR(simulated.recovering.si() / kSegments, expected.recovering.si(),
              0.02 * expected.recovering.si());
  EXPECT_NEAR(run.clock() / kSegments / expected.wall().si(), 1.0, 0.005);
}

TEST(ExpectedTimes, LikeASimulatedLlama3) {
  expect_like_simulation(11135, {Time(654.1), Time(20), Time(300), Time(0)});
}
TEST(ExpectedTimes, LikeASimulatedRunThatFailsAllTheTime) {
  expect_like_simulation(1080, {Time(194.7), Time(20), Time(600), Time(0)});
}
TEST(ExpectedTimes, LikeASimulatedRunAtAnotherInterval) {
  expect_like_simulation(5000, {Time(4000), Time(100), Time(900), Time(0)});
}
TEST(ExpectedTimes, LikeASimulatedRunWithLateCheckpoints) {
  expect_like_simulation(5000, {Time(400), Time(2), Time(300), Time(390)});
}

}  // namespace
}  // namespace weft::campaign
