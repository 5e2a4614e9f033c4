#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "weft/kernels/predict.h"
#include "weft/validation/runs_table.h"
#include "weft/validation/validate.h"

namespace weft::kernels {

namespace {

using validation::kAll;

// Chips without a document go by the name in the table.
std::string chip_of(const KernelResult& row) {
  return row.chip.empty() ? row.point->chip : row.chip;
}

KernelSummary key_of(const KernelResult& row) {
  KernelSummary key;
  key.chip = chip_of(row);
  key.group = row.point->group;
  key.precision = row.point->precision;
  key.size = size_class(*row.point);
  key.split = row.point->split;
  key.is_power = row.point->figure == Figure::kPower;
  return key;
}

auto order_of(const KernelSummary& s) {
  return std::tie(s.is_power, s.chip, s.group, s.precision, s.size, s.split);
}

struct Before {
  bool operator()(const KernelSummary& a, const KernelSummary& b) const {
    return order_of(a) < order_of(b);
  }
};

// Makes some keys of a point "all".
using Pool = void (*)(KernelSummary&);
void pool_but_split(KernelSummary& key) { key.chip = key.group = key.precision = key.size = kAll; }
void pool_all(KernelSummary& key) {
  pool_but_split(key);
  key.split = kAll;
}
void pool_but_group(KernelSummary& key) { key.chip = key.precision = key.size = kAll; }
void pool_chips(KernelSummary& key) { key.chip = kAll; }
void pool_nothing(KernelSummary&) {}

struct Errors {
  int n = 0;
  std::vector<double> signed_errors;
};

KernelSummary measured(KernelSummary summary, const Errors& errors) {
  summary.n = errors.n;
  summary.skipped = errors.n - static_cast<int>(errors.signed_errors.size());
  if (errors.signed_errors.empty()) return summary;
  std::vector<double> sizes;
  for (const double error : errors.signed_errors) sizes.push_back(std::abs(error));
  summary.median_abs_error = validation::quantile(sizes, 0.5);
  summary.p90_abs_error = validation::quantile(sizes, 0.9);
  summary.mean_abs_error =
      std::accumulate(sizes.begin(), sizes.end(), 0.0) / static_cast<double>(sizes.size());
  summary.bias = validation::quantile(errors.signed_errors, 0.5);
  return summary;
}

}  // namespace

std::vector<KernelSummary> summarise(const std::vector<KernelResult>& rows) {
  std::vector<KernelSummary> all;
  for (const Pool pool : {pool_all, pool_but_split, pool_but_group, pool_chips, pool_nothing}) {
    std::map<KernelSummary, Errors, Before> found;
    for (const auto& row : rows) {
      auto key = key_of(row);
      pool(key);
      auto& errors = found[key];
      ++errors.n;
      if (row.relative_error) errors.signed_errors.push_back(*row.relative_error);
    }
    for (const auto& [key, errors] : found) all.push_back(measured(key, errors));
  }
  return all;
}

}  // namespace weft::kernels
