#include "predictor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "weft/base/samples.h"

namespace weft::claim {

namespace {

[[noreturn]] void fail(const base::Node& node, std::string message, std::string hint = "") {
  throw base::InputError({{node.position(), node.length(), std::move(message), std::move(hint)}});
}

std::vector<std::string> metrics_of(const Claim& claim, std::size_t study) {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& test : claim.tests) {
    if (test.study != study) continue;
    add(test.of.metric);
    if (test.against) add(test.against->metric);
  }
  return names;
}

// Where the metric that is not known is written.
base::Node place_of(const Claim& claim, std::size_t study, const std::string& message) {
  for (const auto& test : claim.tests) {
    if (test.study != study) continue;
    for (const auto* place : {&test.of, test.against ? &*test.against : nullptr}) {
      if (place && message.find("'" + place->metric + "'") != std::string::npos) return place->node;
    }
  }
  return claim.tests.front().of.node;
}

}  // namespace

double Spot::of(const std::vector<ask::Row>& rows) const {
  if (row >= rows.size() || against_row >= rows.size()) return ask::kUnknown;
  const double value = rows[row].values.at(column);
  if (form == Form::kValue) return value;
  const double other = rows[against_row].values.at(against_column);
  return form == Form::kRatio ? value / other : value - other;
}

Predictor make_predictor(const Claim& claim, std::size_t study, const base::Catalog& catalog,
                         const Options& options, const base::ThreadTeam& team) {
  Predictor result;
  ask::Settings settings;
  settings.plans = ask::Plans::kKept;
  settings.figures = metrics_of(claim, study);
  try {
    result.question =
        std::make_unique<ask::Question>(claim.studies[study], catalog, std::move(settings), team);
  } catch (const std::invalid_argument& error) {
    fail(place_of(claim, study, error.what()), error.what());
  }
  result.draws = uncertainty::draw(*result.question, options.draws, team);
  if (!result.draws.inputs.all.empty()) {
    result.swings = uncertainty::swings(*result.question, result.draws.inputs, team);
  }
  return result;
}

std::size_t Predictor::row_of(const Place& place) const {
  const auto& rows = question->base();
  std::string labels;
  for (const auto& row : rows) labels += (labels.empty() ? "" : "; ") + row.label;
  if (!place.row) {
    if (rows.size() == 1) return 0;
    fail(place.node, "which row? The question has several", labels);
  }
  const auto text = place.row->text();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].label == text) return r;
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (number >= 1 && number <= rows.size()) return number - 1;
    fail(*place.row, fmt::format("the question has {} rows", rows.size()), labels);
  }
  std::vector<std::size_t> found;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].label.find(text) != std::string::npos) found.push_back(r);
  }
  if (found.size() == 1) return found.front();
  fail(*place.row, found.empty() ? "no row has this in its label" : "several rows have this",
       labels);
}

Spot Predictor::spot_of(const Test& test) const {
  Spot spot;
  spot.form = test.form;
  spot.row = row_of(test.of);
  spot.column = question->column(test.of.metric);
  if (test.against) {
    spot.against_row = row_of(*test.against);
    spot.against_column = question->column(test.against->metric);
  }
  return spot;
}

std::vector<double> Predictor::drawn(const Spot& spot) const {
  std::vector<double> values;
  values.reserve(draws.rows.size());
  for (const auto& rows : draws.rows) values.push_back(spot.of(rows));
  return values;
}

uncertainty::Interval Predictor::predicted(const Spot& spot) const {
  const double mode = spot.of(question->base());
  if (!draws.rows.empty()) return uncertainty::interval_of(drawn(spot), mode);
  // What draws its inputs itself, or has none.
  uncertainty::Interval interval;
  if (spot.form == Form::kValue) {
    interval = uncertainty::interval_of(draws, spot.row, spot.column);
  }
  interval.mode = mode;
  interval.median = mode;
  if (spot.form != Form::kValue || !std::isfinite(interval.low) || !std::isfinite(interval.high)) {
    interval.low = interval.high = mode;
  }
  return interval;
}

std::vector<Mover> Predictor::movers(const Spot& spot) const {
  constexpr double kVisible = 1e-6;  // of the figure
  const double mode = spot.of(question->base());
  std::vector<Mover> movers;
  for (std::size_t i = 0; i < swings.low.size(); ++i) {
    const Mover mover{draws.inputs.all[i].name, spot.of(swings.low[i]), spot.of(swings.high[i])};
    const double swing = std::abs(mover.at_high - mover.at_low);
    if (std::isfinite(swing) && swing > kVisible * std::abs(mode)) movers.push_back(mover);
  }
  const auto swing = [](const Mover& m) { return std::abs(m.at_high - m.at_low); };
  std::stable_sort(movers.begin(), movers.end(),
                   [&](const Mover& a, const Mover& b) { return swing(a) > swing(b); });
  return movers;
}

// All inputs at their better ends at once.
double Predictor::at_corner(const Spot& spot, bool more_is_better) const {
  const auto& inputs = draws.inputs;
  std::vector<double> values;
  for (std::size_t i = 0; i < inputs.all.size(); ++i) {
    const double low = spot.of(swings.low[i]);
    const double high = spot.of(swings.high[i]);
    const auto& distribution = inputs.all[i].distribution;
    const bool neither = !std::isfinite(low) || !std::isfinite(high) || low == high;
    const bool is_high = (high > low) == more_is_better;
    values.push_back(neither ? distribution.mode
                             : base::quantile(distribution, is_high ? 0.95 : 0.05));
  }
  const std::vector<double> asked(values.begin(),
                                  values.begin() + static_cast<std::ptrdiff_t>(inputs.asked));
  auto rows = ask::Session(*question).ask({{}, asked});
  uncertainty::apply_errors(inputs, values, question->columns(), rows);
  return spot.of(rows);
}

double Predictor::best(const Spot& spot, bool more_is_better) const {
  const auto interval = predicted(spot);
  double best = more_is_better ? interval.high : interval.low;
  const auto look_at = [&](double value) {
    if (!std::isfinite(value)) return;
    best = more_is_better ? std::max(best, value) : std::min(best, value);
  };
  for (const double value : drawn(spot)) look_at(value);
  const auto& row = question->base().at(spot.row);
  if (spot.form == Form::kValue && !row.least.empty()) {
    look_at(row.least.at(spot.column));
    look_at(row.most.at(spot.column));
  }
  for (std::size_t i = 0; i < swings.low.size(); ++i) {
    look_at(spot.of(swings.low[i]));
    look_at(spot.of(swings.high[i]));
  }
  if (!swings.low.empty()) look_at(at_corner(spot, more_is_better));
  return best;
}

}  // namespace weft::claim
