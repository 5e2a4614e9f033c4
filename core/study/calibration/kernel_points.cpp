#include "kernel_points.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <variant>

#include "weft/kernels/predict.h"

namespace weft::calibration {

namespace {

using kernels::Figure;
using kernels::kBoundByLaunches;
using kernels::KernelPoint;
using kernels::kShortestPower;

// The error of what has no figure.
constexpr double kFar = 3.0;
// A measured power from here on is the limit's.
constexpr double kAtLimit = 0.95;

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// FNV-1a.
std::uint64_t hash(const std::string& text) {
  std::uint64_t value = 14695981039346656037ULL;
  for (const unsigned char c : text) value = (value ^ c) * 1099511628211ULL;
  return value ^ (value >> 29);
}

std::string shape_text(const kernels::Measured& kernel) {
  return std::visit(
      Overloaded{[](const kernels::MeasuredGemm& g) {
                   return fmt::format("{} {} {} {} {} {}", g.shape.m, g.shape.n, g.shape.k,
                                      g.shape.count, g.shape.epilogue, g.with_cast);
                 },
                 [](const kernels::MeasuredGroupedGemm& g) {
                   return fmt::format("{} {} {} {} {}", g.shape.groups, g.shape.m, g.shape.n,
                                      g.shape.k, g.with_cast);
                 },
                 [](const kernels::MeasuredAttention& a) {
                   return fmt::format("{} {} {} {} {} {} {} {} {}", a.size.batch, a.size.queries,
                                      a.size.keys, a.size.heads, a.size.kv_heads, a.size.head_dim,
                                      a.size.causal, static_cast<int>(a.pass), a.portable);
                 },
                 [](const kernels::MeasuredBestGemm& b) {
                   return fmt::format("{} of {} {} {}", b.shapes.size(), b.shapes.front().m,
                                      b.shapes.front().n, b.shapes.front().k);
                 },
                 [](const kernels::MeasuredOperator& o) {
                   return fmt::format("{} {} {}", o.shape.traffic.si(), o.shape.vector_work.si(),
                                      o.shape.block.si());
                 }},
      kernel);
}

std::string key_of(const KernelPoint& point) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}", point.operation, point.precision,
                     static_cast<int>(point.figure), point.published, point.work.si(),
                     shape_text(point.kernel), point.source);
}

// Which fit a point belongs to, or why to none.
std::optional<KernelStage> stage_of(const KernelPoint& point, const chips::Device& device,
                                    std::string& reason) {
  if (point.figure == Figure::kPower) {
    const double kernel = predict(device, point.kernel).time.si();
    const double loop = point.latency.si() > 0 ? point.latency.si() : kernel;
    if (std::min(kernel, loop) < kShortestPower) {
      reason = "power of kernels below 100 us: sampled near idle";
    } else if (loop > kBoundByLaunches * kernel) {
      reason = "power of loops that are bound by their launches";
    } else {
      return KernelStage::kPower;
    }
    return std::nullopt;
  }
  if (std::holds_alternative<kernels::MeasuredOperator>(point.kernel)) return KernelStage::kMemory;
  const auto* attention = std::get_if<kernels::MeasuredAttention>(&point.kernel);
  if (attention == nullptr) return KernelStage::kGemm;
  if (is_narrow(attention->precision)) {
    reason = "attention in narrow formats: no parameter of its own";
  } else if (attention->size.queries <= 1 || attention->size.shares_keys_and_values) {
    reason = "decoding attention: no parameter of its own";
  } else if (attention->tuned) {
    reason = "attention tuned by hand: parameters are of library kernels";
  } else {
    return KernelStage::kAttention;
  }
  return std::nullopt;
}

bool may_enter(const KernelPoint& point) { return point.split.empty() || point.split == "fit"; }

class Chooser {
 public:
  Chooser(const base::Catalog& catalog, const chips::Chip& chip) : catalog_(catalog), chip_(chip) {}

  void add(const kernels::PointsTable& table) {
    std::set<int> lines;    // that have a power
    bool is_of_any = true;  // a table without a chip is of the one that is asked for
    for (const auto& point : table.points) {
      if (point.figure == Figure::kPower) lines.insert(point.line);
      is_of_any = is_of_any && point.chip.empty();
    }
    for (const auto& point : table.points) {
      if (!is_of_any && !is_ours(point.chip)) continue;
      is_named_ = true;
      add(point, point.figure != Figure::kPower && lines.contains(point.line));
    }
  }

  ChosenPoints done() {
    if (!is_named_) fail_unnamed();
    std::stable_sort(points_.begin(), points_.end(),
                     [](const auto& a, const auto& b) { return a.key < b.key; });
    ChosenPoints chosen;
    chosen.points = std::move(points_);
    for (const auto& [reason, count] : reasons_) {
      chosen.left_out.push_back(fmt::format("{} points left out: {}", count, reason));
    }
    if (kept_apart_ > 0) {
      chosen.left_out.push_back(fmt::format("{} points marked `test` kept apart", kept_apart_));
    }
    return chosen;
  }

 private:
  void add(const KernelPoint& point, bool is_beside_power) {
    if (!may_enter(point)) {
      ++kept_apart_;
      return;
    }
    auto reason = point.reason;
    const auto stage = stage_of(point, is_beside_power, reason);
    if (!stage) {
      ++reasons_[reason];
      return;
    }
    auto key = key_of(point);
    const int fold = static_cast<int>(hash(key) % kFolds);
    points_.push_back(
        {&point, *stage, precision_of(point), fold, chip_.device.power.limit.si(), std::move(key)});
  }

  // Which fit a point belongs to, or why to none.
  std::optional<KernelStage> stage_of(const KernelPoint& point, bool is_beside_power,
                                      std::string& reason) const {
    if (!reason.empty()) return std::nullopt;
    const auto stage = calibration::stage_of(point, chip_.device, reason);
    if (!stage) return std::nullopt;
    const auto precision = precision_of(point);
    if (!(point.published > 0)) {
      reason = "a figure that is not above zero";
    } else if (*stage != KernelStage::kMemory && !chip_.device.has(precision)) {
      reason = fmt::format("the chip has no {}", chips::name_of(precision));
    } else if (is_beside_power && is_slowed(point)) {
      reason = "times beside a power, of loops that throttle or wait for launches";
    } else {
      return stage;
    }
    return std::nullopt;
  }

  // Loops that were made to sample a power: those of frameworks run at the limit, slower than the
  // same kernels in tables of times; others only may have waited for launches.
  [[nodiscard]] bool is_slowed(const KernelPoint& point) const {
    if (!point.framework.empty()) return true;
    return point.latency > predict(chip_.device, point.kernel).time * kBoundByLaunches;
  }

  [[noreturn]] void fail_unnamed() const {
    std::vector<std::string> names(names_.size());
    std::transform(names_.begin(), names_.end(), names.begin(),
                   [](const auto& entry) { return entry.first; });
    throw base::InputError({{base::Position{}, 1,
                             fmt::format("no row is of chip '{}'; the tables name: {}", chip_.id,
                                         fmt::join(names, ", ")),
                             ""}});
  }

  bool is_ours(const std::string& name) {
    const auto [place, is_new] = names_.emplace(name, false);
    if (is_new) place->second = kernels::chip_named(catalog_, name) == chip_.id;
    return place->second;
  }

  const base::Catalog& catalog_;
  const chips::Chip& chip_;
  bool is_named_ = false;
  int kept_apart_ = 0;
  std::map<std::string, bool> names_;
  std::map<std::string, int> reasons_;
  std::vector<FitPoint> points_;
};

}  // namespace

chips::Precision precision_of(const KernelPoint& point) {
  return kernels::precision_of(point.kernel).value_or(chips::Precision::kBf16);
}

ChosenPoints choose_points(const std::vector<kernels::PointsTable>& tables,
                           const base::Catalog& catalog, const chips::Chip& chip) {
  Chooser chooser(catalog, chip);
  for (const auto& table : tables) chooser.add(table);
  return chooser.done();
}

double log_error(const chips::Device& device, const FitPoint& fit_point) {
  const auto& point = *fit_point.point;
  double figure = kernels::figure_of(device, point);
  const bool is_capped = point.published > kAtLimit * fit_point.ceiling;
  if (point.figure == Figure::kPower && is_capped) figure = std::min(figure, fit_point.ceiling);
  const double ratio = figure / point.published;
  if (!(ratio > 0) || !std::isfinite(ratio)) return kFar;
  const bool grows_with_time = point.figure == Figure::kTime || point.figure == Figure::kPower;
  return grows_with_time ? std::log(ratio) : -std::log(ratio);
}

std::string source_name(const std::string& source) {
  auto text = source;
  for (const std::string prefix : {"github ", "gitcode ", "https://github.com/", "https://"}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  std::erase_if(text, [](char c) { return c == '"' || c == '\\' || c == '\n' || c == '\r'; });
  const auto end = text.find_first_of(" ,;");
  // "arXiv 2407.08608" and "FlashAttention-3 paper" need both words.
  auto first = text.substr(0, end);
  if (const auto at = first.find('@'); at != std::string::npos) {
    return first.substr(0, at) + " " + first.substr(at);
  }
  const bool is_pinned = end != std::string::npos && text.compare(end, 2, " @") == 0;
  if (is_pinned) return text.substr(0, text.find_first_of(" ,;", end + 1));
  if (end == std::string::npos || first.find('/') != std::string::npos) return first;
  return text.substr(0, std::min(text.find_first_of(" ,;", end + 1), text.find_first_of(",;")));
}

void drop_bare_names(std::set<std::string>& sources) {
  for (auto name = sources.begin(); name != sources.end();) {
    const auto next = std::next(name);
    const bool is_bare = next != sources.end() && next->starts_with(*name + " @");
    name = is_bare ? sources.erase(name) : next;
  }
}

}  // namespace weft::calibration
