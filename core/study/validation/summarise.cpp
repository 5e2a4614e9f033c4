#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "weft/validation/validate.h"

namespace weft::validation {

namespace {

using Group = std::vector<const RowResult*>;

bool same(const std::string& key, const std::string& value) { return key == kAll || key == value; }

Group rows_of(const std::vector<RowResult>& all, const Summary& keys) {
  Group rows;
  for (const auto& row : all) {
    if (row.is_memory == keys.is_memory && same(keys.source, row.source) &&
        same(keys.vendor, row.vendor) && same(keys.kind, row.kind) && same(keys.split, row.split)) {
      rows.push_back(&row);
    }
  }
  return rows;
}

void measure(const Group& rows, Summary& summary) {
  std::vector<double> errors;
  double bias = 0;
  const RowResult* worst = rows.front();
  for (const auto* row : rows) {
    errors.push_back(row->error());
    if (row->is_skipped()) ++summary.skipped;
    bias += row->signed_error().value_or(0);
    if (row->error() > worst->error()) worst = row;
  }
  const auto n = static_cast<double>(rows.size());
  const double ran = n - summary.skipped;
  summary.n = static_cast<int>(rows.size());
  summary.median_abs_error = quantile(errors, 0.5);
  summary.p90_abs_error = quantile(errors, 0.9);
  summary.mean_abs_error = std::accumulate(errors.begin(), errors.end(), 0.0) / n;
  summary.bias = ran > 0 ? bias / ran : 0;
  summary.worst_id = worst->id;
}

// The keys of one set of groups, pooled over what `pool` empties, in order.
class Groups {
 public:
  explicit Groups(const std::vector<RowResult>& rows) : rows_(rows) {}

  void add(bool by_source, bool by_vendor, bool by_kind, std::vector<Summary>& all) const {
    std::set<std::tuple<std::string, std::string, std::string>> found;
    for (const auto& row : rows_) {
      found.insert({by_source ? row.source : kAll, by_vendor ? row.vendor : kAll,
                    by_kind ? row.kind : kAll});
    }
    std::set<std::string> splits;
    for (const auto& row : rows_) splits.insert(row.split);
    for (const auto& [source, vendor, kind] : found) {
      for (const bool is_memory : {false, true}) {
        Summary keys;
        keys.source = source;
        keys.vendor = vendor;
        keys.kind = kind;
        keys.is_memory = is_memory;
        add_one(keys, all);
        for (const auto& split : splits) {
          keys.split = split;
          add_one(keys, all);
        }
      }
    }
  }

 private:
  void add_one(Summary keys, std::vector<Summary>& all) const {
    const auto rows = rows_of(rows_, keys);
    if (rows.empty()) return;
    measure(rows, keys);
    all.push_back(std::move(keys));
  }

  const std::vector<RowResult>& rows_;
};

}  // namespace

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, values.size() - 1);
  const double share = place - static_cast<double>(below);
  return values[below] + share * (values[above] - values[below]);
}

std::vector<Summary> summarise(const std::vector<RowResult>& rows) {
  std::vector<Summary> all;
  const Groups groups(rows);
  groups.add(false, false, false, all);
  groups.add(false, true, false, all);
  groups.add(false, false, true, all);
  groups.add(false, true, true, all);
  groups.add(true, false, false, all);
  return all;
}

}  // namespace weft::validation
