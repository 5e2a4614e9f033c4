#include "weft/validation/intervals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace weft::validation {

namespace {

constexpr std::size_t kFewestAlike = 25;

// Bits of the number format, as far as it matters: "nvfp4" is 4.
int bits_of(const std::string& precision) {
  if (precision.find('4') != std::string::npos) return 4;
  return precision.find('8') != std::string::npos ? 8 : 16;
}

// Errors of `n` runs: the one that a further run exceeds with at most 10 %.
double conformal(std::vector<double> errors) {
  std::sort(errors.begin(), errors.end());
  const auto n = static_cast<double>(errors.size());
  const auto rank = static_cast<std::size_t>(std::ceil(kInside * (n + 1)));
  return errors[std::min(rank, errors.size()) - 1];
}

using Filter = std::function<bool(const AccuracyRow&)>;
struct Level {
  std::string of;
  Filter admits;
};

// From the most alike to any.
std::vector<Level> levels_of(const PredictionTraits& traits, bool with_stack) {
  const int bits = bits_of(traits.precision);
  const bool guessed = traits.guessed > 0;
  const auto vendor = [&](const AccuracyRow& row) { return row.vendor == traits.vendor; };
  const auto kind = [=](const AccuracyRow& row) { return vendor(row) && row.kind == traits.kind; };
  const auto stack = [=](const AccuracyRow& row) { return kind(row) && row.stack == traits.stack; };
  const auto alike = [=](const AccuracyRow& row) {
    return bits_of(row.precision) == bits && (row.guessed > 0) == guessed;
  };
  const auto name = traits.vendor + ", " + traits.kind;
  const auto detail = fmt::format(", {} bits{}", bits, guessed ? ", parts guessed" : "");
  std::vector<Level> levels;
  if (with_stack) {
    levels.push_back({name + ", " + traits.stack + detail,
                      [=](const AccuracyRow& row) { return stack(row) && alike(row); }});
    levels.push_back({name + ", " + traits.stack, stack});
  }
  levels.push_back(
      {name + detail, [=](const AccuracyRow& row) { return kind(row) && alike(row); }});
  levels.push_back({name, kind});
  levels.push_back({traits.vendor, vendor});
  levels.push_back({"any", [](const AccuracyRow&) { return true; }});
  return levels;
}

using Error = std::optional<double> AccuracyRow::*;

std::optional<Interval> interval_of(const std::vector<AccuracyRow>& rows, Error error,
                                    const std::vector<Level>& levels, const std::string& without) {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    std::vector<double> errors;
    for (const auto& row : rows) {
      const bool counts = row.*error && !row.in_doubt;
      const bool is_same = !without.empty() && row.publication == without;
      if (counts && !is_same && levels[i].admits(row)) errors.push_back(std::abs(*(row.*error)));
    }
    const bool is_last = i + 1 == levels.size();
    if (errors.empty() || (errors.size() < kFewestAlike && !is_last)) continue;
    Interval interval;
    interval.runs = static_cast<int>(errors.size());
    interval.half_width = conformal(std::move(errors));
    interval.of = levels[i].of;
    return interval;
  }
  return std::nullopt;
}

void widen(const std::vector<AccuracyRow>& rows, const PredictionTraits& traits, double per_factor,
           Interval& interval) {
  std::int64_t most = 0;
  for (const auto& row : rows) {
    const bool counts = row.speed_log_error && row.vendor == traits.vendor;
    if (counts && row.kind == traits.kind) most = std::max(most, row.devices);
  }
  if (most == 0 || traits.devices <= most) return;
  interval.is_larger = true;
  interval.half_width +=
      per_factor * std::log(static_cast<double>(traits.devices) / static_cast<double>(most));
}

}  // namespace

PredictionTraits traits_of(const AccuracyRow& row) {
  return {row.vendor, row.kind, row.stack, row.precision, row.devices, row.guessed};
}

IntervalModel::IntervalModel(const std::vector<AccuracyRow>& shipped,
                             const std::vector<AccuracyRow>& unseen,
                             std::vector<std::string> defaults, double wider_per_factor)
    : defaults_(std::move(defaults)), wider_per_factor_(wider_per_factor) {
  std::map<std::string, const AccuracyRow*> of_unseen;
  for (const auto& row : unseen) of_unseen[row.id] = &row;
  for (auto row : shipped) {
    if (const auto found = of_unseen.find(row.id); found != of_unseen.end()) {
      row.unknown_log_error = found->second->unknown_log_error;
      of_unseen.erase(found);
    }
    rows_.push_back(std::move(row));
  }
  for (const auto& row : unseen) {
    if (of_unseen.contains(row.id)) rows_.push_back(row);
  }
}

bool IntervalModel::knows(const std::string& stack) const {
  if (contains(defaults_, stack)) return false;
  return std::any_of(rows_.begin(), rows_.end(),
                     [&](const auto& row) { return row.speed_log_error && row.stack == stack; });
}

std::optional<Interval> IntervalModel::interval(const PredictionTraits& traits,
                                                const std::string& without) const {
  if (!knows(traits.stack)) return unknown_interval(traits, without);
  auto found = interval_of(rows_, &AccuracyRow::speed_log_error, levels_of(traits, true), without);
  if (found) widen(rows_, traits, wider_per_factor_, *found);
  return found;
}

std::optional<Interval> IntervalModel::unknown_interval(const PredictionTraits& traits,
                                                        const std::string& without) const {
  const auto levels = levels_of(traits, false);
  auto found = interval_of(rows_, &AccuracyRow::unknown_log_error, levels, without);
  if (!found) found = interval_of(rows_, &AccuracyRow::speed_log_error, levels, without);
  if (!found) return std::nullopt;
  found->is_stack_known = false;
  widen(rows_, traits, wider_per_factor_, *found);
  return found;
}

std::optional<IntervalModel> shipped_intervals(const base::Catalog& catalog, const Rules& rules) {
  const auto shipped = shipped_accuracy(catalog);
  if (!shipped) return std::nullopt;
  std::vector<std::string> defaults;
  for (const auto& kind : rules.defaults) defaults.push_back(kind.use);
  const auto unseen = shipped_accuracy(catalog, kUnseenFile).value_or(std::vector<AccuracyRow>());
  return IntervalModel(*shipped, unseen, std::move(defaults), rules.wider_per_factor);
}

void add_intervals(const std::vector<AccuracyRow>& rows, const IntervalModel& model,
                   Validation& validation) {
  std::size_t next = 0;
  for (auto& result : validation.rows) {
    if (result.is_memory) continue;
    const auto& row = rows.at(next++);
    if (!result.speed_log_error) continue;
    if (const auto interval = model.interval(traits_of(row))) {
      result.half_width = interval->half_width;
    }
  }
}

namespace {

struct Judged {
  const AccuracyRow* row;
  double error;
  Interval shipped, as_new;
};

void add_share(const std::vector<Judged>& all, HeldShare keys, std::vector<HeldShare>& to) {
  std::vector<double> widths;
  for (const auto& one : all) {
    const auto is_key = [](const std::string& key, const std::string& value) {
      return key == kAll || key == value;
    };
    const auto& row = *one.row;
    if (!is_key(keys.vendor, row.vendor) || !is_key(keys.kind, row.kind) ||
        !is_key(keys.split, row.split)) {
      continue;
    }
    ++keys.n;
    keys.inside += one.shipped.holds(one.error) ? 1 : 0;
    keys.inside_new += one.as_new.holds(one.error) ? 1 : 0;
    widths.push_back(one.shipped.half_width);
  }
  if (keys.n == 0) return;
  keys.inside /= keys.n;
  keys.inside_new /= keys.n;
  keys.median_width = quantile(widths, 0.5);
  to.push_back(keys);
}

void add_groups(const std::vector<Judged>& all, bool unknown, const std::string& split,
                std::vector<HeldShare>& to) {
  std::set<std::pair<std::string, std::string>> kinds;
  for (const auto& one : all) kinds.insert({one.row->vendor, one.row->kind});
  HeldShare keys;
  keys.unknown = unknown;
  keys.split = split;
  add_share(all, keys, to);
  for (const auto& [vendor, kind] : kinds) {
    keys.vendor = vendor;
    keys.kind = kind;
    add_share(all, keys, to);
  }
}

std::vector<Judged> judged(const std::vector<AccuracyRow>& rows, bool unknown,
                           const IntervalModel& model) {
  std::vector<Judged> all;
  for (const auto& row : rows) {
    const auto& error = unknown ? row.unknown_log_error : row.speed_log_error;
    if (!error) continue;
    const auto traits = traits_of(row);
    const auto of = [&](const std::string& without) {
      return unknown ? model.unknown_interval(traits, without) : model.interval(traits, without);
    };
    const auto shipped = of("");
    const auto as_new = of(row.publication);
    if (shipped && as_new) all.push_back({&row, *error, *shipped, *as_new});
  }
  return all;
}

}  // namespace

std::vector<HeldShare> held_shares(const std::vector<AccuracyRow>& rows,
                                   const std::vector<AccuracyRow>& unseen,
                                   const IntervalModel& model) {
  std::vector<HeldShare> all;
  const auto known = judged(rows, false, model);
  add_groups(known, false, "test", all);
  add_groups(known, false, kAll, all);
  add_groups(judged(unseen, true, model), true, kAll, all);
  return all;
}

}  // namespace weft::validation
