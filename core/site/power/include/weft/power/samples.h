// Mean power in equal intervals, and what can be said about it.
#pragma once

#include <cstddef>
#include <vector>

namespace weft::power {

struct Samples {
  double interval = 1;        // s
  double length = 0;          // s of all; the last sample may be of less than an interval
  std::vector<double> power;  // W, means

  // s of a sample.
  [[nodiscard]] double time_of(std::size_t sample) const;
  [[nodiscard]] double energy() const;
};

struct Statistics {
  double mean = 0, p5 = 0, p95 = 0;  // W; shares of the samples, each counted once
  double peak = 0, trough = 0;       // W, of samples
  double ramp = 0;                   // W/s, the largest change between neighbours over the interval
  [[nodiscard]] double swing() const { return peak - trough; }
};
// Throws std::invalid_argument without samples.
Statistics statistics_of(const Samples& samples);

// The strongest line of the spectrum, DC left out.
struct Line {
  double frequency = 0;   // Hz; 0 where power does not change
  double share = 0;       // of all power in the spectrum (variance), within half its width
  double resolution = 0;  // Hz
};
// Of the whole as one period of something that repeats itself, or where it is longer than `block`
// samples the mean over blocks that overlap by half, each through a Hann window (Welch, IEEE Trans.
// Audio Electroacoust. 15, 1967).
Line dominant_line(const Samples& samples, std::size_t block);

// The value below which this share of `weight` lies. Sorts by value.
struct Weighted {
  double value = 0, weight = 1;
};
double quantile(std::vector<Weighted> values, double share);

}  // namespace weft::power
