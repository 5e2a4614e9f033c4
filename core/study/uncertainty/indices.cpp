#include "weft/uncertainty/indices.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "weft/base/random.h"

namespace weft::uncertainty {

namespace {

// What the estimators sum up, point by point, of values less the mean of all, so that sums over
// resampled points are those of products computed once.
struct Terms {
  std::vector<double> a, b;
  std::vector<std::vector<double>> steps;    // f(exchanged) - f(a), by input
  std::vector<std::vector<double>> first;    // b times the step
  std::vector<std::vector<double>> squares;  // of the step
};

bool is_whole(const Responses& responses, std::size_t point) {
  bool whole = std::isfinite(responses.a[point]) && std::isfinite(responses.b[point]);
  for (const auto& values : responses.exchanged) whole = whole && std::isfinite(values[point]);
  return whole;
}

std::vector<std::size_t> whole_points(const Responses& responses) {
  std::vector<std::size_t> points;
  for (std::size_t p = 0; p < responses.a.size(); ++p) {
    if (is_whole(responses, p)) points.push_back(p);
  }
  return points;
}

double mean_of(const Responses& responses, const std::vector<std::size_t>& points) {
  double sum = 0;
  for (const auto p : points) sum += responses.a[p] + responses.b[p];
  return sum / (2 * static_cast<double>(points.size()));
}

Terms terms_of(const Responses& responses, const std::vector<std::size_t>& points, double mean) {
  Terms terms;
  for (const auto p : points) {
    terms.a.push_back(responses.a[p] - mean);
    terms.b.push_back(responses.b[p] - mean);
  }
  for (const auto& values : responses.exchanged) {
    auto& steps = terms.steps.emplace_back();
    auto& first = terms.first.emplace_back();
    auto& squares = terms.squares.emplace_back();
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double step = values[points[i]] - mean - terms.a[i];
      steps.push_back(step);
      first.push_back(terms.b[i] * step);
      squares.push_back(step * step);
    }
  }
  return terms;
}

struct Shares {
  double variance = 0;
  std::vector<double> first, total;
};

double mean_over(const std::vector<double>& values, const std::vector<std::size_t>& points) {
  double sum = 0;
  for (const auto p : points) sum += values[p];
  return sum / static_cast<double>(points.size());
}

// Of points that may come more than once.
Shares shares_of(const Terms& terms, const std::vector<std::size_t>& points) {
  Shares shares;
  const double mean = (mean_over(terms.a, points) + mean_over(terms.b, points)) / 2;
  double squares = 0;
  for (const auto p : points) squares += terms.a[p] * terms.a[p] + terms.b[p] * terms.b[p];
  shares.variance = squares / (2 * static_cast<double>(points.size())) - mean * mean;
  for (std::size_t i = 0; i < terms.steps.size(); ++i) {
    const double product =
        mean_over(terms.first[i], points) - mean * mean_over(terms.steps[i], points);
    shares.first.push_back(product / shares.variance);
    shares.total.push_back(mean_over(terms.squares[i], points) / (2 * shares.variance));
  }
  return shares;
}

Estimate estimate_of(double value, std::vector<double> resampled) {
  std::sort(resampled.begin(), resampled.end());
  const auto at = [&](double p) {
    const auto rank = static_cast<std::size_t>(p * static_cast<double>(resampled.size()));
    return resampled[std::min(rank, resampled.size() - 1)];
  };
  if (resampled.empty()) return {value, value, value};
  return {value, at(0.05), at(0.95)};
}

}  // namespace

PickFreeze pick_freeze(std::size_t count, std::size_t dimensions, std::uint64_t seed) {
  auto both = base::sobol(count, 2 * dimensions, seed);
  PickFreeze points{base::Samples(count, dimensions), base::Samples(count, dimensions)};
  for (std::size_t p = 0; p < count; ++p) {
    for (std::size_t d = 0; d < dimensions; ++d) {
      points.a.at(p, d) = both.at(p, d);
      points.b.at(p, d) = both.at(p, dimensions + d);
    }
  }
  return points;
}

std::vector<double> exchanged(const PickFreeze& points, std::size_t point, std::size_t dimension) {
  const auto a = points.a.point(point);
  std::vector<double> place(a.begin(), a.end());
  place[dimension] = points.b.point(point)[dimension];
  return place;
}

Indices indices_of(const Responses& responses, std::uint64_t seed, std::size_t resamples) {
  Indices indices;
  indices.points = responses.a.size();
  const auto points = whole_points(responses);
  indices.failed = indices.points - points.size();
  if (points.empty() || 2 * indices.failed > indices.points) return indices;
  indices.mean = mean_of(responses, points);
  const auto terms = terms_of(responses, points, indices.mean);
  std::vector<std::size_t> all(points.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const auto plain = shares_of(terms, all);
  indices.variance = plain.variance;
  // What rounding leaves of a figure that no input moves.
  if (!(plain.variance > 1e-24 * indices.mean * indices.mean)) return indices;
  const auto inputs = terms.steps.size();
  std::vector<std::vector<double>> first(inputs);
  std::vector<std::vector<double>> total(inputs);
  for (std::size_t r = 0; r < resamples; ++r) {
    base::RandomStream stream(seed, base::stream_of("bootstrap"), r);
    for (auto& p : all) p = stream.below(points.size());
    const auto again = shares_of(terms, all);
    if (!(again.variance > 0)) continue;  // one point, many times
    for (std::size_t i = 0; i < inputs; ++i) {
      first[i].push_back(again.first[i]);
      total[i].push_back(again.total[i]);
    }
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    indices.inputs.push_back({estimate_of(plain.first[i], std::move(first[i])),
                              estimate_of(plain.total[i], std::move(total[i]))});
  }
  return indices;
}

}  // namespace weft::uncertainty
