#include "weft/power/pieces.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace weft::power {

namespace {

// Relative; lengths that differ by less are the same but for rounding.
constexpr double kRounding = 1e-9;

Pieces scaled(const Pieces& pieces, double times) {
  Pieces result = pieces;
  for (auto& one : result) one.power *= times;
  return result;
}

// Both are of one length; the end is that of the longer one.
Pieces sum_of_two(const Pieces& a, const Pieces& b) {
  Pieces sum;
  sum.reserve(a.size() + b.size());
  const double end = std::max(a.back().until, b.back().until);
  std::size_t i = 0;
  std::size_t j = 0;
  double now = 0;
  while (now < end) {
    const bool last_a = i + 1 == a.size();
    const bool last_b = j + 1 == b.size();
    const double until = std::min(last_a ? end : a[i].until, last_b ? end : b[j].until);
    if (until > now) sum.push_back({until, a[i].power + b[j].power});
    now = std::max(now, until);
    if (!last_a && a[i].until <= now) ++i;
    if (!last_b && b[j].until <= now) ++j;
  }
  return sum;
}

}  // namespace

void append(Pieces& pieces, double time, double power) {
  if (!(time > 0)) return;
  if (!pieces.empty() && pieces.back().power == power) {
    pieces.back().until += time;
  } else {
    pieces.push_back({length_of(pieces) + time, power});
  }
}

double length_of(const Pieces& pieces) { return pieces.empty() ? 0.0 : pieces.back().until; }

double energy_of(const Pieces& pieces) {
  double sum = 0;
  double from = 0;
  for (const auto& one : pieces) {
    sum += one.power * (one.until - from);
    from = one.until;
  }
  return sum;
}

double highest_of(const Pieces& pieces) {
  double highest = 0;
  for (const auto& one : pieces) highest = std::max(highest, one.power);
  return highest;
}

double lowest_of(const Pieces& pieces) {
  double lowest = pieces.empty() ? 0.0 : pieces.front().power;
  for (const auto& one : pieces) lowest = std::min(lowest, one.power);
  return lowest;
}

Pieces mapped(const Pieces& pieces, const std::function<double(double)>& power) {
  Pieces result = pieces;
  for (auto& one : result) one.power = power(one.power);
  return result;
}

Pieces sum_of(std::span<const Term> terms) {
  std::vector<Pieces> level;
  for (const auto& term : terms) {
    if (term.times != 0) level.push_back(scaled(*term.pieces, term.times));
  }
  if (level.empty()) throw std::invalid_argument("no power is given");
  const double length = length_of(level.front());
  for (const auto& one : level) {
    if (one.empty() || std::abs(length_of(one) - length) > kRounding * length) {
      throw std::invalid_argument("powers that are added are not over the same time");
    }
  }
  while (level.size() > 1) {
    std::vector<Pieces> next;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      next.push_back(sum_of_two(level[i], level[i + 1]));
    }
    if (level.size() % 2 == 1) next.push_back(std::move(level.back()));
    level = std::move(next);
  }
  return std::move(level.front());
}

}  // namespace weft::power
