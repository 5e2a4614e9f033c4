// Uneven all-to-all: experts that are asked for more than others.

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "weft/base/random.h"
#include "weft/traffic/schedule.h"

namespace weft::traffic {

namespace {

std::vector<std::int32_t> shuffled(std::int32_t count, std::uint64_t seed) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  base::RandomStream random(seed, base::stream_of("skew"));
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random.below(left)]);
  }
  return order;
}

}  // namespace

std::vector<double> skewed(std::int32_t ranks, double bytes, double skew, std::uint64_t seed) {
  if (ranks < 1) throw std::invalid_argument("a group has at least one rank");
  const auto count = static_cast<std::size_t>(ranks);
  const std::vector<std::int32_t> busiest = shuffled(ranks, seed);
  std::vector<double> share(count);
  for (std::size_t k = 0; k < count; ++k) {
    share[busiest[k]] = std::pow(static_cast<double>(k) + 1, -skew);
  }
  const double sum = std::accumulate(share.begin(), share.end(), 0.0);
  std::vector<double> matrix(count * count);
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix[i] = bytes * share[i % count] / sum;
  return matrix;
}

}  // namespace weft::traffic
