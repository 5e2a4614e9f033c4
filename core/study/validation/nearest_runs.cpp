#include "weft/validation/nearest_runs.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <tuple>
#include <utility>

namespace weft::validation {

namespace {

constexpr std::size_t kFewest = 5;
constexpr std::size_t kEnough = 10;
constexpr std::size_t kMostRuns = 25;
constexpr double kSameSize = 4.0;  // factor in devices

using Rows = std::vector<const AccuracyRow*>;

bool is_near(const std::string& a, const std::string& b, const StackParents& parents) {
  const auto extends = [&](const std::string& stack, const std::string& other) {
    const auto found = parents.find(stack);
    return found != parents.end() && !other.empty() && found->second == other;
  };
  return a == b || extends(a, b) || extends(b, a);
}

bool is_as_near(Nearness nearness, const NearestQuery& query, const AccuracyRow& row,
                const StackParents& parents) {
  const bool chip = row.chip == query.chip;
  const bool vendor = row.vendor == query.vendor;
  const bool kind = row.kind == query.kind;
  switch (nearness) {
    case Nearness::kStack:
      return chip && kind && row.stack == query.stack;
    case Nearness::kNearStack:
      return chip && kind && is_near(row.stack, query.stack, parents);
    case Nearness::kChip:
      return chip && kind;
    case Nearness::kVendorNearStack:
      return vendor && kind && is_near(row.stack, query.stack, parents);
    case Nearness::kVendor:
      return vendor && kind;
    case Nearness::kVendorAnyKind:
      return vendor;
  }
  return false;
}

double apart(double a, double b) { return a > 0 && b > 0 ? std::abs(std::log(a / b)) : 1e9; }

// The held-out runs when they are enough, the nearest in size first.
Rows preferred(Rows rows, const NearestQuery& query) {
  Rows test;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(test),
               [](const auto* row) { return row->split == "test"; });
  if (test.size() >= kFewest) rows = std::move(test);
  const auto distance = [&](const AccuracyRow* row) {
    return std::tuple(apart(static_cast<double>(row->devices), static_cast<double>(query.devices)),
                      apart(row->parameters, query.parameters));
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const auto* a, const auto* b) { return distance(a) < distance(b); });
  const auto of_size = std::count_if(rows.begin(), rows.end(), [&](const auto* row) {
    return std::get<0>(distance(row)) <= std::log(kSameSize) * (1 + 1e-9);
  });
  const auto wanted = std::clamp(static_cast<std::size_t>(of_size), kEnough, kMostRuns);
  rows.resize(std::min(rows.size(), wanted));
  return rows;
}

NearestRuns measured(Nearness nearness, const Rows& rows) {
  NearestRuns result;
  result.nearness = nearness;
  result.runs = static_cast<int>(rows.size());
  result.fewest_devices = result.most_devices = rows.front()->devices;
  std::vector<double> errors;
  for (const auto* row : rows) {
    errors.push_back(std::abs(*row->speed_log_error));
    result.rows.push_back(*row);
    if (row->split == "test") ++result.test;
    result.fewest_devices = std::min(result.fewest_devices, row->devices);
    result.most_devices = std::max(result.most_devices, row->devices);
  }
  result.median_abs_error = quantile(errors, 0.5);
  result.p90_abs_error = quantile(errors, 0.9);
  return result;
}

std::string parent_of(const std::string& stack, const base::Catalog& catalog,
                      const std::optional<base::Node>& asked_by) {
  try {
    // What a document extends stands in its own file only.
    const auto file = catalog.load("software", stack, asked_by).file();
    const auto extends = base::Document::load(file).root().find("extends");
    return extends ? std::string(extends->text()) : "";
  } catch (const std::exception&) {
    return "";  // a stack that is gone since the table was written
  }
}

NearestQuery query_of(const study::Study& study, const study::Case& study_case,
                      const study::Outcome& outcome) {
  const auto& model = study.job.model;
  return {study_case.cluster.chip.id,
          vendor_name(study_case.cluster.chip.vendor),
          model.moe ? "moe" : "dense",
          study_case.software.id,
          outcome.devices_used,
          workload::count_parameters(model).total / 1e9,
          chips::name_of(study.job.precision)};
}

}  // namespace

const char* name_of(Nearness nearness) {
  constexpr std::array<const char*, kNearnessCount> kNames = {"chip, stack", "chip, near stack",
                                                              "chip",        "vendor, near stack",
                                                              "vendor",      "vendor, any kind"};
  return kNames.at(static_cast<std::size_t>(nearness));
}

StackParents stack_parents(const std::vector<std::string>& stacks, const base::Catalog& catalog,
                           const std::optional<base::Node>& asked_by) {
  StackParents parents;
  for (const auto& stack : stacks) {
    if (!parents.contains(stack)) parents[stack] = parent_of(stack, catalog, asked_by);
  }
  return parents;
}

std::optional<NearestRuns> nearest_runs(const NearestQuery& query,
                                        const std::vector<AccuracyRow>& rows,
                                        const StackParents& parents) {
  for (int i = 0; i < kNearnessCount; ++i) {
    const auto nearness = static_cast<Nearness>(i);
    Rows found;
    for (const auto& row : rows) {
      if (row.speed_log_error && is_as_near(nearness, query, row, parents)) found.push_back(&row);
    }
    if (found.size() >= kFewest) return measured(nearness, preferred(std::move(found), query));
  }
  return std::nullopt;
}

std::vector<NearestPublished> nearest_published(const study::Study& study,
                                                const std::vector<study::CaseResult>& results,
                                                const base::Catalog& catalog,
                                                const base::Node& asked_by) {
  std::vector<NearestPublished> all(results.size());
  const auto rows = shipped_accuracy(catalog);
  std::vector<std::string> stacks;
  for (const auto& study_case : study.cases) stacks.push_back(study_case.software.id);
  if (rows) {
    for (const auto& row : *rows) stacks.push_back(row.stack);
  }
  const auto intervals = rows ? shipped_intervals(catalog, load_rules(catalog)) : std::nullopt;
  const auto parents = rows ? stack_parents(stacks, catalog, asked_by) : StackParents();
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].outcome) {
      all[i].reason = "no plan is legal";
      continue;
    }
    if (study.cases[i].cluster.is_mixed()) {
      all[i].reason = "none has mixed chips";
      continue;
    }
    all[i].query = query_of(study, study.cases[i], *results[i].outcome);
    if (rows) all[i].runs = nearest_runs(all[i].query, *rows, parents);
    const auto& query = all[i].query;
    if (intervals) {
      all[i].interval = intervals->interval(
          {query.vendor, query.kind, query.stack, query.precision, query.devices, 0});
    }
    if (!rows) all[i].reason = "no accuracy.csv found";
    if (rows && !all[i].runs) all[i].reason = "none of this vendor";
  }
  return all;
}

}  // namespace weft::validation
