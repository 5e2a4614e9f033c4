#include "weft/claim/answer.h"

#include <algorithm>
#include <cmath>

#include "predictor.h"

namespace weft::claim {

namespace {

std::optional<Claimed> claimed_of(const Test& test, const ask::Column& column) {
  if (!test.value) return std::nullopt;
  const bool is_ratio = test.form == Form::kRatio;
  Claimed claimed;
  claimed.sense = test.sense;
  claimed.tolerance = test.tolerance;
  claimed.value = claimed_value(*test.value, column.unit, is_ratio);
  claimed.more_is_better = column.is_better_high;
  if (test.sense == Sense::kAtLeast) claimed.more_is_better = true;
  if (test.sense == Sense::kAtMost) claimed.more_is_better = false;
  if (test.favours) claimed.more_is_better = *test.favours;
  return claimed;
}

std::optional<double> share_met(const Claimed& claimed, const std::vector<double>& drawn) {
  if (claimed.sense == Sense::kEqual && claimed.tolerance <= 0) return std::nullopt;
  std::size_t known = 0;
  std::size_t met = 0;
  for (const double value : drawn) {
    if (!std::isfinite(value)) continue;
    ++known;
    met += is_met(claimed, value) ? 1 : 0;
  }
  if (known == 0) return std::nullopt;
  return static_cast<double>(met) / static_cast<double>(known);
}

// Those that the claim names, else the strongest of the question's own.
std::vector<Need> needs_of(const Test& test, const Predictor& predictor, const Spot& spot,
                           const TestAnswer& answer, int count, const base::ThreadTeam& team) {
  const Wanted wanted{predictor, spot, answer.claimed->value};
  std::vector<std::size_t> inputs;
  const auto& all = predictor.question->inputs();
  for (const auto& mover : answer.movers) {
    if (!test.knobs.empty() || inputs.size() == static_cast<std::size_t>(count)) break;
    const auto is_it = [&](const base::UncertainInput& i) { return i.path == mover.input; };
    const auto place = std::find_if(all.begin(), all.end(), is_it);
    if (place == all.end()) continue;             // weft's own error
    if (place->distribution.mode == 0) continue;  // no multiple of nothing
    inputs.push_back(static_cast<std::size_t>(place - all.begin()));
  }
  std::vector<Need> needs(test.knobs.empty() ? inputs.size() : test.knobs.size());
  team.for_each(needs.size(), [&](std::size_t n, int) {
    needs[n] =
        test.knobs.empty() ? need_of_input(wanted, inputs[n]) : need_of_path(wanted, test.knobs[n]);
  });
  return needs;
}

TestAnswer answer_test(const Test& test, const Predictor& predictor, const Options& options,
                       const base::ThreadTeam& team) {
  TestAnswer answer;
  const auto spot = predictor.spot_of(test);
  const auto& column = predictor.question->columns().at(spot.column);
  const auto& row = predictor.question->base().at(spot.row);
  answer.metric = column.name;
  answer.meaning = column.meaning;
  answer.unit = test.form == Form::kRatio ? "" : column.unit;
  answer.row = row.label;
  answer.plan = row.plan;
  if (test.against) answer.against_row = predictor.question->base().at(spot.against_row).label;
  answer.claimed = claimed_of(test, column);
  answer.predicted = predictor.predicted(spot);
  if (!std::isfinite(answer.predicted.mode)) {
    const auto& other = predictor.question->base().at(spot.against_row);
    answer.reason = !row.why_not.empty()     ? row.why_not
                    : !other.why_not.empty() ? other.why_not
                                             : "the figure is not known for this case";
    return answer;
  }
  if (!std::isfinite(answer.predicted.low) || !std::isfinite(answer.predicted.high)) {
    answer.reason = "more than half of the draws have no answer";
    return answer;
  }
  answer.movers = predictor.movers(spot);
  if (!answer.claimed) return answer;
  answer.best = predictor.best(spot, answer.claimed->more_is_better);
  answer.share_met = share_met(*answer.claimed, predictor.drawn(spot));
  answer.verdict = judge(*answer.claimed, answer.predicted, answer.best);
  answer.margin = margin_of(*answer.claimed, answer.predicted);
  // What all draws meet needs nothing, unless the claim itself asks.
  const bool is_certain = answer.share_met && *answer.share_met >= 1 && test.knobs.empty();
  if (options.needs > 0 && !is_certain) {
    answer.needs = needs_of(test, predictor, spot, answer, options.needs, team);
  }
  return answer;
}

}  // namespace

Options usual_options() {
  Options options;
  options.draws.samples = 128;
  return options;
}

Answer answer(const Claim& claim, const base::Catalog& catalog, const Options& options,
              const base::ThreadTeam& team) {
  Answer answer{claim, {}, Verdict::kNotTestable};
  std::vector<Predictor> predictors;
  for (std::size_t s = 0; s < claim.studies.size() && claim.is_testable(); ++s) {
    predictors.push_back(make_predictor(claim, s, catalog, options, team));
  }
  for (const auto& test : claim.tests) {
    answer.tests.push_back(answer_test(test, predictors.at(test.study), options, team));
    answer.verdict = worse(answer.verdict, answer.tests.back().verdict);
  }
  return answer;
}

}  // namespace weft::claim
