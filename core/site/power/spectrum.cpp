#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <unsupported/Eigen/FFT>
#include <vector>

#include "weft/power/samples.h"

namespace weft::power {

namespace {

std::size_t power_of_two(std::size_t least) {
  std::size_t n = 1;
  while (n < least) n *= 2;
  return n;
}

// The same curve in `count` equal bins, so that lengths with large prime factors cost no more.
std::vector<double> rebinned(const std::vector<double>& values, std::size_t count) {
  const double ratio = static_cast<double>(values.size()) / static_cast<double>(count);
  std::vector<double> bins(count);
  for (std::size_t i = 0; i < count; ++i) {
    double from = ratio * static_cast<double>(i);
    const double end = std::min(from + ratio, static_cast<double>(values.size()));
    double sum = 0;
    while (from < end - 1e-12) {
      const double to = std::min(end, std::floor(from + 1e-12) + 1);
      const auto k = std::min(static_cast<std::size_t>(from + 1e-12), values.size() - 1);
      sum += values[k] * (to - from);
      from = to;
    }
    bins[i] = sum / ratio;
  }
  return bins;
}

// |FFT|² without the mean, up to half the sampling rate.
std::vector<double> spectrum_of(std::vector<double> values) {
  double mean = 0;
  for (const double one : values) mean += one / static_cast<double>(values.size());
  for (double& one : values) one -= mean;
  Eigen::FFT<double> fft;
  std::vector<std::complex<double>> transformed;
  fft.fwd(transformed, values);
  std::vector<double> spectrum(values.size() / 2 + 1);
  for (std::size_t k = 0; k < spectrum.size(); ++k) spectrum[k] = std::norm(transformed[k]);
  spectrum[0] = 0;
  return spectrum;
}

std::vector<double> welch(const std::vector<double>& values, std::size_t block) {
  std::vector<double> sum(block / 2 + 1, 0.0);
  double mean = 0;
  for (const double one : values) mean += one / static_cast<double>(values.size());
  for (std::size_t from = 0; from + block <= values.size(); from += block / 2) {
    std::vector<double> piece(block);
    for (std::size_t i = 0; i < block; ++i) {
      const double angle =
          2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(block);
      piece[i] = (values[from + i] - mean) * 0.5 * (1 - std::cos(angle));
    }
    const auto one = spectrum_of(std::move(piece));
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += one[k];
  }
  // The window spreads the mean over three bins.
  for (std::size_t k = 0; k < std::min<std::size_t>(3, sum.size()); ++k) sum[k] = 0;
  return sum;
}

}  // namespace

Line dominant_line(const Samples& samples, std::size_t block) {
  Line line;
  std::vector<double> spectrum;
  if (samples.power.size() <= std::max<std::size_t>(block, 8)) {
    if (samples.power.size() < 2) return line;
    spectrum = spectrum_of(rebinned(samples.power, power_of_two(samples.power.size())));
    line.resolution = 1.0 / samples.length;
  } else {
    const auto size = std::min(power_of_two(block), power_of_two(samples.power.size()) / 2);
    spectrum = welch(samples.power, size);
    line.resolution = 1.0 / (samples.interval * static_cast<double>(size));
  }
  double all = 0;
  for (const double one : spectrum) all += one;
  double mean_square = 0;
  for (const double one : samples.power) mean_square += one * one;
  // What is left of a constant is rounding.
  if (!(all > 1e-18 * mean_square * static_cast<double>(spectrum.size()))) return line;
  const auto top = std::max_element(spectrum.begin(), spectrum.end()) - spectrum.begin();
  line.frequency = static_cast<double>(top) * line.resolution;
  double near = 0;
  for (auto k = std::max<std::ptrdiff_t>(top - 1, 0);
       k <= std::min<std::ptrdiff_t>(top + 1, static_cast<std::ptrdiff_t>(spectrum.size()) - 1);
       ++k) {
    near += spectrum[static_cast<std::size_t>(k)];
  }
  line.share = near / all;
  return line;
}

}  // namespace weft::power
