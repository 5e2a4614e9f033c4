#include "weft/uncertainty/answer.h"

#include <cmath>
#include <numeric>

#include "asking.h"

namespace weft::uncertainty {

namespace {

// The points of A, of B, and of A with one coordinate of B, as values of all inputs.
class Plan {
 public:
  Plan(const Inputs& inputs, const Chosen& chosen, std::size_t count, std::uint64_t seed)
      : inputs_(inputs),
        chosen_(chosen),
        count_(count),
        points_(pick_freeze(count, chosen.inputs.size(), seed)) {}

  // Set 0 is A, 1 is B, 2 and on have the coordinate of a chosen input exchanged.
  [[nodiscard]] std::vector<double> values(std::size_t set, std::size_t point) const {
    if (set == 0) return placed(points_.a.point(point));
    if (set == 1) return placed(points_.b.point(point));
    return placed(exchanged(points_, point, set - 2));
  }
  [[nodiscard]] std::size_t sets() const { return 2 + chosen_.inputs.size(); }
  // The set whose answers hold for this one: weft's own error changes none.
  [[nodiscard]] std::size_t asked_as(std::size_t set) const {
    return set >= 2 && inputs_.all[chosen_.inputs[set - 2]].is_model_error ? 0 : set;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  [[nodiscard]] std::vector<double> placed(std::span<const double> point) const {
    auto values = modes_of(inputs_);
    for (std::size_t d = 0; d < point.size(); ++d) {
      const auto input = chosen_.inputs[d];
      values[input] = base::quantile(inputs_.all[input].distribution, point[d]);
    }
    return values;
  }

  const Inputs& inputs_;
  const Chosen& chosen_;
  std::size_t count_;
  PickFreeze points_;
};

// The figure without weft's own error: [set][point][row]; empty where another set is asked for it.
using Figures = std::vector<std::vector<std::vector<double>>>;

Figures ask_all(const ask::Question& question, const Inputs& inputs, const Plan& plan,
                std::size_t column, bool progress, const base::ThreadTeam& team) {
  Figures figures(plan.sets());
  std::vector<std::size_t> asked;
  for (std::size_t set = 0; set < plan.sets(); ++set) {
    if (plan.asked_as(set) != set) continue;
    asked.push_back(set);
    figures[set].resize(plan.count());
  }
  const auto values = [&](std::size_t i) {
    return plan.values(asked[i / plan.count()], i % plan.count());
  };
  const auto take = [&](std::size_t i, const std::vector<ask::Row>& rows) {
    auto& to = figures[asked[i / plan.count()]][i % plan.count()];
    for (const auto& row : rows) to.push_back(row.values.at(column));
  };
  Asking(question, inputs, team)
      .each(asked.size() * plan.count(), values, take, progress ? "points of indices" : "");
  return figures;
}

Responses responses_of(const Figures& figures, const Inputs& inputs, const Plan& plan,
                       std::size_t row, const ask::Column& column) {
  Responses responses;
  for (std::size_t set = 0; set < plan.sets(); ++set) {
    std::vector<double> values;
    for (std::size_t p = 0; p < plan.count(); ++p) {
      ask::Row one;
      one.values = {figures[plan.asked_as(set)][p].at(row)};
      multiply(factors_of(inputs, row, plan.values(set, p)), {column}, one);
      values.push_back(one.values.front());
    }
    if (set == 0)
      responses.a = std::move(values);
    else if (set == 1)
      responses.b = std::move(values);
    else
      responses.exchanged.push_back(std::move(values));
  }
  return responses;
}

// Rows of a comparison are ratios as they stand, on one footing after the other.
bool has_ratios(const ask::Question& question) {
  const auto root = question.document().root();
  const auto kind = root.find("kind");
  return question.base().size() > 1 && !(kind && kind->text() == "compare");
}

}  // namespace

RowIndices indices(const ask::Question& question, const Draws& draws, const Swings& swings,
                   std::size_t column, const Options& options, const base::ThreadTeam& team) {
  RowIndices result;
  std::vector<std::size_t> rows(draws.base.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  result.chosen = worth_an_index(swings, rows, column);
  result.rows.resize(rows.size());
  result.share_drawn.assign(rows.size(), ask::kUnknown);
  if (result.chosen.inputs.empty()) return result;
  const Plan plan(draws.inputs, result.chosen, options.samples, options.seed);
  const auto figures = ask_all(question, draws.inputs, plan, column, options.progress, team);
  for (const auto row : rows) {
    result.rows[row] = indices_of(
        responses_of(figures, draws.inputs, plan, row, draws.columns[column]), options.seed);
    const double deviation = interval_of(draws, row, column).deviation;
    if (deviation > 0) result.share_drawn[row] = result.rows[row].variance / deviation / deviation;
  }
  return result;
}

Answer answer(const ask::Question& question, const Options& options, std::size_t figure,
              bool with_indices, const base::ThreadTeam& team) {
  Answer answer;
  answer.options = options;
  answer.figure = figure;
  answer.draws = draw(question, options, team);
  const auto rows = answer.draws.base.size();
  const bool with_ratios = has_ratios(question);
  for (std::size_t r = 0; r < rows; ++r) {
    auto& intervals = answer.intervals.emplace_back();
    std::vector<Interval> ratios;
    for (std::size_t c = 0; c < answer.draws.columns.size(); ++c) {
      intervals.push_back(interval_of(answer.draws, r, c));
      if (with_ratios) ratios.push_back(ratio_of(answer.draws, r, 0, c));
    }
    if (with_ratios) answer.ratios.push_back(std::move(ratios));
  }
  answer.swings = swings(question, answer.draws.inputs, team, options.progress);
  for (std::size_t r = 0; r < rows; ++r) {
    answer.tornadoes.push_back(tornado(answer.swings, r, figure));
  }
  if (with_indices) {
    answer.indices = indices(question, answer.draws, answer.swings, figure, options, team);
  }
  return answer;
}

}  // namespace weft::uncertainty
