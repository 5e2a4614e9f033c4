#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "weft/validation/memory_points.h"
#include "weft/validation/validate.h"

namespace weft::validation {

namespace {

// "Ascend/MindSpeed-LLM tests/st/x.sh @2.2.0" is of "Ascend/MindSpeed-LLM", "Zero Bubble arXiv …"
// of "Zero Bubble".
std::string family(const std::string& source) {
  const auto first = source.find(' ');
  if (first == std::string::npos || source.find('/') < first) return source.substr(0, first);
  return source.substr(0, source.find(' ', first + 1));
}

bool is_in(const std::string& key, const std::string& value) { return key == kAll || key == value; }

std::set<std::string> with_all(std::set<std::string> names) {
  names.insert(kAll);
  return names;
}

template <class Name>
std::set<std::string> names_of(const std::vector<PointResult>& rows, bool feasibility, Name name) {
  std::set<std::string> names;
  for (const auto& row : rows) {
    if (row.is_feasibility() == feasibility) names.insert(name(row));
  }
  return with_all(std::move(names));
}

void measure(const std::vector<const PointResult*>& rows, PointSummary& summary) {
  std::vector<double> errors;
  for (const auto* row : rows) {
    if (row->is_skipped()) {
      ++summary.skipped;
      continue;
    }
    errors.push_back(std::abs(row->relative_error.value_or(0)));
    summary.bias += row->relative_error.value_or(0);
  }
  summary.n = static_cast<int>(rows.size());
  if (errors.empty()) return;
  const auto ran = static_cast<double>(errors.size());
  summary.bias /= ran;
  summary.median_abs_error = quantile(errors, 0.5);
  summary.p90_abs_error = quantile(errors, 0.9);
  summary.mean_abs_error = std::accumulate(errors.begin(), errors.end(), 0.0) / ran;
}

void count(const PointResult& row, FitSummary& summary) {
  ++summary.n;
  if (row.is_skipped()) {
    ++summary.skipped;
  } else if (*row.predicted_fits) {
    ++(*row.published_fits ? summary.fits_right : summary.fits_wrong);
  } else {
    ++(*row.published_fits ? summary.large_wrong : summary.large_right);
  }
}

}  // namespace

std::vector<PointSummary> summarise(const std::vector<PointResult>& rows) {
  const auto sources = names_of(rows, false, [](const auto& r) { return family(r.source); });
  const auto kinds = names_of(rows, false, [](const auto& r) { return r.memory_kind; });
  const auto splits = names_of(rows, false, [](const auto& r) { return r.split; });
  std::vector<PointSummary> all;
  const auto add = [&](const std::string& source, const std::string& kind) {
    for (const auto& split : splits) {
      PointSummary summary;
      summary.source = source;
      summary.memory_kind = kind;
      summary.split = split;
      std::vector<const PointResult*> group;
      for (const auto& row : rows) {
        if (!row.is_feasibility() && is_in(source, family(row.source)) &&
            is_in(kind, row.memory_kind) && is_in(split, row.split)) {
          group.push_back(&row);
        }
      }
      if (group.empty()) continue;
      measure(group, summary);
      all.push_back(std::move(summary));
    }
  };
  for (const auto& kind : kinds) add(kAll, kind);
  for (const auto& source : sources) {
    if (source == kAll) continue;
    for (const auto& kind : kinds) {
      if (kind != kAll) add(source, kind);
    }
  }
  return all;
}

std::vector<FitSummary> summarise_fits(const std::vector<PointResult>& rows) {
  const auto sources = names_of(rows, true, [](const auto& r) { return family(r.source); });
  const auto splits = names_of(rows, true, [](const auto& r) { return r.split; });
  std::vector<FitSummary> all;
  for (const auto& source : sources) {
    for (const auto& split : splits) {
      FitSummary summary;
      summary.source = source;
      summary.split = split;
      for (const auto& row : rows) {
        if (row.is_feasibility() && is_in(source, family(row.source)) && is_in(split, row.split)) {
          count(row, summary);
        }
      }
      if (summary.n > 0) all.push_back(std::move(summary));
    }
  }
  return all;
}

}  // namespace weft::validation
