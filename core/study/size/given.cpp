#include "given.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "weft/workload/model.h"

namespace weft::size {

namespace {

constexpr int kTokenRounds = 12;
// So far below the time that is there is near enough: less than a step of most runs.
constexpr double kNear = 1e-4;

}  // namespace

// Time grows with tokens nearly in proportion: the step does not depend on them, and failures of a
// run that is longer are as frequent.
void most_tokens(const Question& question, Builder& builder, const Designer& designer,
                 OfferAnswer& answer) {
  const auto& job = builder.one_unit().study->job;
  const double of_step = job.tokens_per_step();
  double tokens = std::max(std::floor(job.tokens / of_step), 1.0) * of_step;
  std::optional<Design> kept;
  Design design;
  for (int round = 0; round < kTokenRounds; ++round) {
    design = designer.design(builder.as_offered({std::nullopt, tokens}));
    const auto wall = design.wall();
    if (!wall) break;
    const double room = *question.targets.time / *wall;
    if (room >= 1 && tokens > answer.tokens) {
      answer.tokens = tokens;
      kept = design;
    }
    if (room >= 1 && room < 1 + kNear) break;
    // One step fewer where whole steps alone are in the way.
    double next = std::floor(tokens * room / of_step) * of_step;
    if (room < 1 && next >= tokens) next = tokens - of_step;
    if (next < of_step || next == tokens) break;
    tokens = next;
  }
  if (!kept) answer.limit = design.outcome ? "not one step fits in the time" : design.reason;
  answer.examined.push_back(kept ? std::move(*kept) : std::move(design));
}

void largest_model(const Question& question, Builder& builder, const Designer& designer,
                   OfferAnswer& answer) {
  for (const auto& name : question.models) {
    auto built = builder.as_offered({name, std::nullopt});
    const auto parameters = workload::count_parameters(built.study->job.model);
    if (question.per_parameter) {
      built = builder.as_offered({name, *question.per_parameter * parameters.active});
    }
    answer.models.push_back({built.study->job.model.name, parameters.total, parameters.active,
                             built.study->job.tokens, answer.examined.size()});
    answer.examined.push_back(designer.design(built));
  }
  std::stable_sort(answer.models.begin(), answer.models.end(),
                   [](const auto& a, const auto& b) { return a.parameters < b.parameters; });
  for (const auto& row : answer.models) {
    if (!answer.examined[row.design].meets_all()) continue;
    answer.found = {{Aim::kModel, row.design}};
  }
}

}  // namespace weft::size
