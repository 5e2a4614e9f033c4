#include "weft/uncertainty/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "weft/base/random.h"

namespace weft::uncertainty {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewestOfASet = 4;

std::size_t sets_of(std::size_t count) {
  return count >= kFewestOfASet * kReplicates ? kReplicates : 1;
}

// Where the sets of `count` points begin; one more at the end.
std::vector<std::size_t> starts_of(std::size_t count) {
  std::vector<std::size_t> starts;
  const auto sets = sets_of(count);
  for (std::size_t s = 0; s <= sets; ++s) starts.push_back(s * count / sets);
  return starts;
}

// Between neighbours of rank p (n - 1), as in NumPy and R by default.
double quantile(const std::vector<double>& sorted, double p) {
  const double rank = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const auto above = std::min(below + 1, sorted.size() - 1);
  const double part = rank - static_cast<double>(below);
  return sorted[below] + part * (sorted[above] - sorted[below]);
}

struct Moments {
  double mean = 0, deviation = 0;
  std::size_t count = 0;
};

Moments moments_of(std::span<const double> values) {
  Moments moments;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    moments.mean += value;
    ++moments.count;
  }
  if (moments.count == 0) return moments;
  moments.mean /= static_cast<double>(moments.count);
  double squares = 0;
  for (const double value : values) {
    if (std::isfinite(value)) squares += (value - moments.mean) * (value - moments.mean);
  }
  if (moments.count > 1) {
    moments.deviation = std::sqrt(squares / static_cast<double>(moments.count - 1));
  }
  return moments;
}

double mean_error(std::span<const double> values, const Moments& all) {
  std::vector<double> means;
  const auto starts = starts_of(values.size());
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    const auto set = moments_of(values.subspan(starts[s], starts[s + 1] - starts[s]));
    if (set.count > 0) means.push_back(set.mean);
  }
  if (means.size() < 2) return all.deviation / std::sqrt(static_cast<double>(all.count));
  return moments_of(means).deviation / std::sqrt(static_cast<double>(means.size()));
}

}  // namespace

const char* name_of(Design design) {
  return design == Design::kSobol ? "sobol" : "latin_hypercube";
}

base::Samples points(Design design, std::size_t count, std::size_t dimensions, std::uint64_t seed) {
  base::Samples all(count, dimensions);
  const auto starts = starts_of(count);
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    base::RandomStream stream(seed, base::stream_of("replicate"), s);
    const auto high = static_cast<std::uint64_t>(stream.next()) << 32U;
    const auto own_seed = high | stream.next();
    const auto size = starts[s + 1] - starts[s];
    auto set = design == Design::kSobol ? base::sobol(size, dimensions, own_seed)
                                        : base::latin_hypercube(size, dimensions, own_seed);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t d = 0; d < dimensions; ++d) all.at(starts[s] + i, d) = set.at(i, d);
    }
  }
  return all;
}

Interval interval_of(std::span<const double> values, double mode) {
  Interval interval;
  interval.mode = mode;
  interval.draws = values.size();
  std::vector<double> sorted;
  std::copy_if(values.begin(), values.end(), std::back_inserter(sorted),
               [](double value) { return std::isfinite(value); });
  interval.failed = values.size() - sorted.size();
  if (!interval.is_known() || sorted.empty()) {
    interval.low = interval.median = interval.high = kNone;
    interval.mean = interval.deviation = interval.mean_error = kNone;
    return interval;
  }
  std::sort(sorted.begin(), sorted.end());
  interval.low = quantile(sorted, 0.05);
  interval.median = quantile(sorted, 0.5);
  interval.high = quantile(sorted, 0.95);
  const auto moments = moments_of(values);
  interval.mean = moments.mean;
  interval.deviation = moments.deviation;
  interval.mean_error = mean_error(values, moments);
  return interval;
}

}  // namespace weft::uncertainty
