#include "weft/uncertainty/tornado.h"

#include <algorithm>
#include <cmath>

#include "asking.h"

namespace weft::uncertainty {

namespace {

constexpr double kVisible = 1e-9;  // of the figure

struct End {
  std::size_t input;
  bool is_high;
};

double at(const std::vector<std::vector<ask::Row>>& rows, std::size_t input, std::size_t row,
          std::size_t column) {
  const auto& all = rows[input];
  return row < all.size() ? all[row].values.at(column) : ask::kUnknown;
}

// The variance that an input would give a linear figure; 90 % of a normal distribution.
double variance_of(const Bar& bar) {
  constexpr double kNormalTwoSided90 = 2 * 1.644853626951473;
  const double deviation = bar.swing() / kNormalTwoSided90;
  return deviation * deviation;
}

}  // namespace

double Bar::swing() const {
  const double swing = std::abs(at_high - at_low);
  return std::isfinite(swing) ? swing : 0.0;
}

Swings swings(const ask::Question& question, const Inputs& inputs, const base::ThreadTeam& team,
              bool progress) {
  const auto count = inputs.all.size();
  Swings all{question.base(), {}, {}};
  all.low.resize(count);
  all.high.resize(count);
  const auto moved = [&](std::size_t point) {
    auto values = modes_of(inputs);
    const auto input = point / 2;
    values[input] = base::quantile(inputs.all[input].distribution, point % 2 == 0 ? 0.05 : 0.95);
    return values;
  };
  const auto take = [&](std::size_t point, std::vector<ask::Row> rows) {
    (point % 2 == 0 ? all.low : all.high)[point / 2] = std::move(rows);
  };
  Asking(question, inputs, team)
      .each(2 * inputs.asked, moved, take, progress ? "inputs moved" : "");
  for (std::size_t point = 2 * inputs.asked; point < 2 * count; ++point) {
    auto rows = question.base();
    apply_errors(inputs, moved(point), question.columns(), rows);
    take(point, std::move(rows));
  }
  return all;
}

std::vector<Bar> tornado(const Swings& swings, std::size_t row, std::size_t column) {
  std::vector<Bar> bars;
  const double plain = swings.base.at(row).values.at(column);
  for (std::size_t i = 0; i < swings.low.size(); ++i) {
    const Bar bar{i, at(swings.low, i, row, column), at(swings.high, i, row, column)};
    const double least = kVisible * std::abs(plain);
    const auto is_still = [&](double value) { return std::abs(value - plain) <= least; };
    // An end without an answer is worth a bar, too.
    if (std::isfinite(plain) && !(is_still(bar.at_low) && is_still(bar.at_high))) {
      bars.push_back(bar);
    }
  }
  std::stable_sort(bars.begin(), bars.end(),
                   [](const Bar& a, const Bar& b) { return a.swing() > b.swing(); });
  return bars;
}

Ends in_quadrature(const Swings& swings, std::size_t row, std::size_t column) {
  const double plain = swings.base.at(row).values.at(column);
  double down = 0;
  double up = 0;
  for (const auto& bar : tornado(swings, row, column)) {
    const double least = std::fmin(std::fmin(bar.at_low, bar.at_high), plain) - plain;
    const double most = std::fmax(std::fmax(bar.at_low, bar.at_high), plain) - plain;
    down += least * least;
    up += most * most;
  }
  return {plain - std::sqrt(down), plain + std::sqrt(up)};
}

Chosen worth_an_index(const Swings& swings, const std::vector<std::size_t>& rows,
                      std::size_t column, double share, std::size_t most) {
  const auto count = swings.low.size();
  // Of the variance of each row's figure, by input.
  std::vector<std::vector<double>> shares;
  for (const auto row : rows) {
    const auto bars = tornado(swings, row, column);
    double sum = 0;
    for (const auto& bar : bars) sum += variance_of(bar);
    if (!(sum > 0)) continue;
    auto& of_row = shares.emplace_back(count, 0.0);
    for (const auto& bar : bars) of_row[bar.input] = variance_of(bar) / sum;
  }
  const auto largest = [&](std::size_t input) {
    double value = 0;
    for (const auto& of_row : shares) value = std::max(value, of_row[input]);
    return value;
  };
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < count; ++i) {
    if (largest(i) > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return largest(a) > largest(b); });
  Chosen chosen;
  const auto left = [&](std::size_t from) {
    double worst = 0;
    for (const auto& of_row : shares) {
      double sum = 0;
      for (std::size_t i = from; i < order.size(); ++i) sum += of_row[order[i]];
      worst = std::max(worst, sum);
    }
    return worst;
  };
  std::size_t kept = 0;
  while (kept < std::min(most, order.size()) && left(kept) > share) ++kept;
  chosen.inputs.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept));
  std::sort(chosen.inputs.begin(), chosen.inputs.end());
  chosen.left_out = order.size() - kept;
  chosen.share_left_out = left(kept);
  return chosen;
}

}  // namespace weft::uncertainty
