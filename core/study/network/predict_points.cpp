#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "weft/network/points.h"
#include "weft/validation/validate.h"

namespace weft::network {

namespace {

constexpr const char* kAll = "all";

PointResult predict(const CollectivePoint& point, Places& places) {
  PointResult result;
  result.point = &point;
  const auto place = places.place(point);
  result.cluster = place.cluster;
  result.reason = place.reason;
  if (!result.reason.empty()) return result;
  const auto best = place.fabric.cost(point.collective, place.group, point.bytes,
                                      point.algorithm.value_or(Algorithm::kNone));
  const double time = best.time.si();
  if (!std::isfinite(time)) {
    result.reason = "no algorithm carries it out on this group";
    return result;
  }
  result.algorithm = interconnect::name_of(best.algorithm);
  if (best.low_latency) result.algorithm += ", low latency";
  result.predicted = time;
  result.relative_error = point.time.si() / time - 1;
  return result;
}

PointsSummary summary_of(std::string curve, std::string split,
                         const std::vector<const PointResult*>& rows) {
  PointsSummary summary;
  summary.curve = std::move(curve);
  summary.split = std::move(split);
  std::vector<double> errors;
  for (const auto* row : rows) {
    ++summary.n;
    if (row->relative_error) errors.push_back(*row->relative_error);
  }
  summary.skipped = summary.n - static_cast<int>(errors.size());
  if (errors.empty()) return summary;
  summary.bias = validation::quantile(errors, 0.5);
  for (double& error : errors) error = std::abs(error);
  summary.median_abs_error = validation::quantile(errors, 0.5);
  constexpr double kTail = 0.9;
  summary.p90_abs_error = validation::quantile(errors, kTail);
  return summary;
}

}  // namespace

std::vector<PointsSummary> summarise(const std::vector<PointResult>& rows) {
  using Key = std::pair<std::string, std::string>;
  const auto pooled = [&](bool by_curve, bool by_split) {
    std::map<Key, std::vector<const PointResult*>> found;
    for (const auto& row : rows) {
      found[{by_curve ? row.point->curve : kAll, by_split ? row.point->split : kAll}].push_back(
          &row);
    }
    return found;
  };
  std::vector<PointsSummary> all;
  for (const auto& [by_curve, by_split] : {Key{}, Key{"", "s"}, Key{"c", "s"}}) {
    for (const auto& [key, members] : pooled(!by_curve.empty(), !by_split.empty())) {
      all.push_back(summary_of(key.first, key.second, members));
    }
  }
  return all;
}

PointsAnswer predict_points(const PointsTable& table, const base::Catalog& catalog,
                            const std::optional<std::string>& cluster) {
  PointsAnswer answer;
  Places places(catalog, cluster);
  answer.rows.reserve(table.points.size());
  for (const auto& point : table.points) answer.rows.push_back(predict(point, places));
  answer.summaries = summarise(answer.rows);
  return answer;
}

}  // namespace weft::network
