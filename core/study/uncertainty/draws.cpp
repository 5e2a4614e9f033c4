#include "weft/uncertainty/draws.h"

#include <algorithm>
#include <cmath>

#include "asking.h"

namespace weft::uncertainty {

namespace {

// The values that a point of the unit cube stands for.
std::vector<double> values_at(const Inputs& inputs, std::span<const double> point) {
  std::vector<double> values;
  for (std::size_t i = 0; i < inputs.all.size(); ++i) {
    values.push_back(base::quantile(inputs.all[i].distribution, point[i]));
  }
  return values;
}

// What a question says that draws its inputs on its own.
Interval told(const ask::Row& row, std::size_t column) {
  Interval interval;
  interval.mode = interval.low = interval.median = interval.high = interval.mean =
      row.values.at(column);
  if (column < row.low.size() && column < row.high.size()) {
    interval.low = row.low[column];
    interval.high = row.high[column];
  }
  return interval;
}

}  // namespace

Inputs inputs_of(const ask::Question& question, bool with_model_error) {
  Inputs inputs;
  for (const auto& input : question.inputs()) {
    inputs.all.push_back({input.path, input.distribution, false, ""});
  }
  inputs.asked = inputs.all.size();
  inputs.errors.resize(question.base().size());
  if (!with_model_error) return inputs;
  inputs.errors = model_errors(question);
  for (const auto& error : inputs.errors) {
    const auto is_known = [&](const Input& input) { return error->stack == input.stack; };
    if (!error || error->stack.empty() ||
        std::any_of(inputs.all.begin(), inputs.all.end(), is_known))
      continue;
    inputs.all.push_back({"weft's own error (" + error->stack + ")",
                          {base::Distribution::Kind::kNormal, -1, 0, 1},
                          true,
                          error->stack});
  }
  return inputs;
}

Factors factors_of(const Inputs& inputs, std::size_t row, std::span<const double> values) {
  Factors factors;
  if (row >= inputs.errors.size() || !inputs.errors[row]) return factors;
  const auto& error = *inputs.errors[row];
  double log_ratio = 0;
  for (std::size_t i = inputs.asked; i < inputs.all.size(); ++i) {
    const auto& stack = inputs.all[i].stack;
    if (stack == error.stack) {
      factors.own = error.factor(values[i]);
      log_ratio += std::log(factors.own);
    }
    if (stack == error.base_stack) {
      ModelError base;
      base.half_width = error.base_half_width;
      log_ratio -= std::log(base.factor(values[i]));
    }
  }
  factors.ratio = std::exp(log_ratio);
  return factors;
}

void apply_errors(const Inputs& inputs, std::span<const double> values,
                  const std::vector<ask::Column>& columns, std::vector<ask::Row>& rows) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    multiply(factors_of(inputs, r, values), columns, rows[r]);
  }
}

Draws draw(const ask::Question& question, const Options& options, const base::ThreadTeam& team) {
  Draws draws;
  draws.inputs = inputs_of(question, options.model_error);
  draws.columns = question.columns();
  draws.base = question.base();
  if (draws.inputs.all.empty()) return draws;
  draws.cube = points(options.design, options.samples, draws.inputs.all.size(), options.seed);
  draws.rows.resize(options.samples);
  const auto values = [&](std::size_t i) { return values_at(draws.inputs, draws.cube.point(i)); };
  const auto take = [&](std::size_t i, std::vector<ask::Row> rows) {
    apply_errors(draws.inputs, values(i), draws.columns, rows);
    draws.rows[i] = std::move(rows);
  };
  Asking(question, draws.inputs, team)
      .each(options.samples, values, take, options.progress ? "draws" : "");
  return draws;
}

std::vector<double> values_of(const Draws& draws, std::size_t row, std::size_t column) {
  std::vector<double> values;
  for (const auto& rows : draws.rows) {
    values.push_back(row < rows.size() ? rows[row].values.at(column) : ask::kUnknown);
  }
  return values;
}

Interval interval_of(const Draws& draws, std::size_t row, std::size_t column) {
  if (draws.rows.empty()) return told(draws.base.at(row), column);
  return interval_of(values_of(draws, row, column), draws.base.at(row).values.at(column));
}

Interval ratio_of(const Draws& draws, std::size_t row, std::size_t to, std::size_t column) {
  auto values = values_of(draws, row, column);
  const auto others = values_of(draws, to, column);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] /= others[i];
  const double mode = draws.base.at(row).values.at(column) / draws.base.at(to).values.at(column);
  if (values.empty()) return interval_of(std::vector<double>{mode}, mode);
  return interval_of(values, mode);
}

}  // namespace weft::uncertainty
