// Sets of published rows, each judged by itself.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "weft/validation/free_text.h"
#include "weft/validation/validate.h"

namespace weft::validation {

namespace {

using Members = std::vector<const RowResult*>;

Members members_of(const std::vector<RowResult>& rows, const RunSet& set) {
  Members members;
  for (const auto& row : rows) {
    const bool is_named = std::any_of(set.ids.begin(), set.ids.end(),
                                      [&](const auto& name) { return matches(name, row.id); });
    const bool counts = set.with_doubt || row.doubt.empty();
    if (!is_named || !counts || row.is_memory) continue;
    if (set.split.empty() || set.split == row.split) members.push_back(&row);
  }
  return members;
}

// Ranks from 0; equal values share the mean of theirs.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    auto end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (auto i = begin; i < end; ++i) {
      ranks[order[i]] = static_cast<double>(begin + end - 1) / 2.0;
    }
    begin = end;
  }
  return ranks;
}

// ln of speeds; of rows in the unit of the first alone, as others cannot be ranked with it.
std::optional<double> order_of(const Members& members) {
  std::vector<double> published;
  std::vector<double> predicted;
  for (const auto* row : members) {
    if (!row->speed_log_error || row->unit != members.front()->unit) continue;
    const double speed = row->is_time ? -std::log(row->published) : std::log(row->published);
    published.push_back(speed);
    predicted.push_back(speed + *row->speed_log_error);
  }
  return rank_correlation(published, predicted);
}

std::optional<double> ratio_of(const Members& members) {
  if (members.size() != 2 || !members[0]->speed_log_error || !members[1]->speed_log_error) {
    return std::nullopt;
  }
  return std::abs(std::expm1(*members[0]->speed_log_error - *members[1]->speed_log_error));
}

std::vector<double> errors_of(const Members& members) {
  std::vector<double> errors;
  errors.reserve(members.size());
  for (const auto* row : members) errors.push_back(row->error());
  return errors;
}

std::optional<double> value_of(const Members& members, Judge judge) {
  const auto errors = errors_of(members);
  switch (judge) {
    case Judge::kMean:
      return std::accumulate(errors.begin(), errors.end(), 0.0) /
             static_cast<double>(errors.size());
    case Judge::kMedian:
      return quantile(errors, 0.5);
    case Judge::kOrder:
      return order_of(members);
    case Judge::kRatio:
      return ratio_of(members);
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr std::size_t kFewest = 3;
  if (a.size() != b.size() || a.size() < kFewest) return std::nullopt;
  const auto x = ranks_of(a);
  const auto y = ranks_of(b);
  const double mean = static_cast<double>(a.size() - 1) / 2.0;  // of any ranks
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  if (xx == 0 || yy == 0) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

std::vector<SetResult> judge(const std::vector<RowResult>& rows, const std::vector<RunSet>& sets) {
  std::vector<SetResult> all;
  for (const auto& set : sets) {
    const auto members = members_of(rows, set);
    if (members.empty()) continue;
    SetResult result;
    result.set = set;
    result.n = static_cast<int>(members.size());
    for (const auto* row : members) {
      if (row->is_skipped()) ++result.skipped;
      result.bias += row->signed_error().value_or(0);
    }
    result.bias /= std::max(1, result.n - result.skipped);
    result.value = value_of(members, set.judge);
    all.push_back(std::move(result));
  }
  return all;
}

}  // namespace weft::validation
