// Matrix products in tables of published figures.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <regex>
#include <tuple>
#include <utility>

#include "draft.h"

namespace weft::kernels {

namespace {

// Vector operations per element of what is fused behind a product; transcendentals count four.
constexpr double kActivationOps = 10;
constexpr double kDequantiseOps = 1;
constexpr double kQuantiseOps = 4;

// Sides of products that a search for the best one would have tried.
constexpr std::array kLargeSides = {4096.0, 8192.0, 16384.0};
// Where "over M" is all that is said: small and large batches of tokens.
constexpr double kFewestRows = 1024;
constexpr double kMostRows = 8192;

constexpr std::array kStarts = {"gemm",      "grouped_gemm", "matmul",       "mlp_",
                                "torch.mm",  "torch.bmm",    "torch.addmm",  "torch mm",
                                "torch bmm", "torch.linear", "torch.matmul", "torch.baddbmm"};

bool is_gemm(const std::string& operation) {
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [&](const char* start) { return operation.rfind(start, 0) == 0; });
}

double epilogue_of(const std::string& operation) {
  double work = 0;
  if (has(operation, "gelu") || has(operation, "silu") || has(operation, "swiglu")) {
    work += kActivationOps;
  }
  if (has(operation, "dequant")) work += kDequantiseOps;
  if (has(operation, "+quant")) work += kQuantiseOps;
  return work;
}

// Some sources time a narrow product together with the cast of its activations.
bool times_cast(const Draft& draft) {
  return has(draft.notes, "includes activation quant") || has(draft.notes, "includes the cast") ||
         has(draft.point.source, "aiconfigurator");
}

std::vector<chips::Gemm> squares(const std::vector<double>& sides, chips::Precision precision) {
  std::vector<chips::Gemm> shapes;
  for (const double side : sides) {
    chips::Gemm shape;
    shape.m = shape.n = shape.k = side;
    shape.precision = precision;
    shapes.push_back(shape);
  }
  return shapes;
}

// Powers of two within the range, and its end.
std::vector<double> powers_of_two(double first, double last) {
  std::vector<double> sides;
  for (double side = 1; side <= last && std::isfinite(side); side *= 2) {
    if (side >= first) sides.push_back(side);
  }
  if (sides.empty() || sides.back() != last) sides.push_back(last);
  return sides;
}

void set_best(KernelPoint& point, const std::vector<chips::Gemm>& shapes, bool with_cast) {
  set_gemm(point, shapes.front(), with_cast);
  point.kernel = MeasuredBestGemm{shapes, with_cast && chips::is_narrow(shapes.front().precision)};
}

// Three numbers, or "8192x8192x8192" in the first column, or one for all in a square one.
std::optional<std::array<double, 3>> sides_of(const Draft& draft) {
  const auto& row = draft.row;
  const auto m_text = lower(row.text("m"));
  const auto n_text = row.text("n");
  const auto k_text = row.text("k_or_seq");
  static const std::regex kForm("([0-9]{1,9}) *[x*] *([0-9]{1,9}) *[x*] *([0-9]{1,9})");
  std::smatch found;
  if (std::regex_match(m_text, found, kForm)) {
    return std::array{std::stod(found[1]), std::stod(found[2]), std::stod(found[3])};
  }
  const auto m = number_of(m_text);
  const auto n = number_of(n_text);
  const auto k = number_of(k_text);
  if (m && n && k) {
    const auto m_count = row.count("m");
    const auto n_count = row.count("n");
    const auto k_count = row.count("k_or_seq");
    if (!m_count || !n_count || !k_count) return std::array{0.0, 0.0, 0.0};
    return std::array{*m, *n, *k};
  }
  if (m && *m >= 1 && n_text.empty() && k_text.empty() && has(draft.operation, "square")) {
    return std::array{*m, *m, *m};
  }
  return std::nullopt;
}

chips::Gemm gemm_of(const Draft& draft, const std::array<double, 3>& sides) {
  chips::Gemm shape;
  shape.m = sides[0];
  shape.n = sides[1];
  shape.k = sides[2];
  shape.precision = *draft.precision;
  shape.epilogue = epilogue_of(draft.operation);
  if (has(draft.operation, "+quant")) shape.output_bytes = element_bytes(*draft.precision);
  return shape;
}

// "gemm_grouped_masked(g=4)": m is of one group.
void read_sides(Draft& draft, const std::array<double, 3>& sides) {
  const auto shape = gemm_of(draft, sides);
  const bool with_cast = times_cast(draft);
  const auto groups = number_after(draft.operation, "g=");
  if (!groups || *groups < 1) {
    if (shape.epilogue > 0) draft.point.group = kFusedGemmGroup;
    set_gemm(draft.point, shape, with_cast);
    return;
  }
  draft.point.group = kGroupedGemmGroup;
  chips::GroupedGemm grouped;
  grouped.groups = *groups;
  grouped.m = shape.m;
  grouped.n = shape.n;
  grouped.k = shape.k;
  grouped.precision = shape.precision;
  set_grouped_gemm(draft.point, grouped, with_cast);
}

// "best of 1024..10240", "large M" with n and k, or a headline without any shape.
void read_search(Draft& draft) {
  const auto m_text = lower(draft.row.text("m"));
  const bool with_cast = times_cast(draft);
  auto& point = draft.point;
  static const std::regex kRange("best of ([0-9]{1,9}) *(?:\\.\\.|-|to) *([0-9]{1,9})");
  std::smatch found;
  if (std::regex_search(m_text, found, kRange)) {
    const double first = std::stod(found[1]);
    const double last = std::max(first, std::stod(found[2]));
    set_best(point, squares(powers_of_two(std::max(1.0, first), last), *draft.precision),
             with_cast);
    return;
  }
  const auto n = number_of(draft.row.text("n"));
  const auto k = number_of(draft.row.text("k_or_seq"));
  if (has(draft.notes, "over m") && n && k && *n > 0 && *k > 0) {
    std::vector<chips::Gemm> shapes;
    for (const double m : powers_of_two(kFewestRows, kMostRows)) {
      shapes.push_back(gemm_of(draft, {m, *n, *k}));
    }
    set_best(point, shapes, with_cast);
    return;
  }
  const bool is_empty = (m_text.empty() || has(m_text, "best of")) && draft.row.text("n").empty() &&
                        draft.row.text("k_or_seq").empty();
  point.reason = is_empty ? kNoShape : "only a part of the shape is given";
}

// Benchmarks that are about the highest rate: their shape is a large one.
bool is_headline(const KernelPoint& point) {
  const auto operation = lower(point.operation);
  return has(point.metric, "max") || has(operation, "profiler") || has(operation, "square") ||
         has(point.notes, "best shape") || operation == "torch.mm";
}

// A batch of cubes with that work, sides in steps of 256: what benchmarks of one number run.
std::optional<chips::Gemm> cubes_of(double work, chips::Precision precision) {
  constexpr double kStep = 256;
  constexpr double kTolerance = 5e-4;
  if (work <= 0) return std::nullopt;
  for (const double count : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0}) {
    const double side = std::cbrt(work / 2 / count);
    const double rounded = kStep * std::round(side / kStep);
    if (rounded < kStep || std::abs(side / rounded - 1) > kTolerance) continue;
    chips::Gemm shape;
    shape.m = shape.n = shape.k = rounded;
    shape.count = count;
    shape.precision = precision;
    return shape;
  }
  return std::nullopt;
}

// What points of one operation on one chip tell each other.
struct Shared {
  const KernelPoint* with_shape = nullptr;
  double rate = 0;
  double time = 0;
};
using Key = std::tuple<std::string, std::string, std::string, std::string>;

Key key_of(const KernelPoint& point) {
  return {point.chip, point.source, point.operation, point.precision};
}

void take_shape(KernelPoint& point, const Shared& shared) {
  if (shared.with_shape != nullptr) {
    point.kernel = shared.with_shape->kernel;
    point.work = shared.with_shape->work;
    point.traffic = shared.with_shape->traffic;
    point.latency = shared.with_shape->latency;
    point.reason.clear();
    return;
  }
  const auto precision = precision_of(point.precision);
  if (!precision) return;
  if (const auto shape = cubes_of(shared.rate * shared.time, *precision)) {
    set_gemm(point, *shape, false);
    point.latency = base::Time(shared.time);
    point.reason.clear();
  } else if (is_headline(point)) {
    point.group = kBestGemmGroup;
    set_best(point, squares({kLargeSides.begin(), kLargeSides.end()}, *precision), false);
    point.reason.clear();
  }
}

}  // namespace

bool read_gemm(Draft& draft) {
  if (!is_gemm(draft.operation)) return false;
  auto& point = draft.point;
  point.group = kGemmGroup;
  if (!draft.precision) {
    point.reason = fmt::format("no matrix unit here computes in '{}'", point.precision);
    return true;
  }
  if (const auto sides = sides_of(draft)) {
    if ((*sides)[0] > 0 && (*sides)[1] > 0 && (*sides)[2] > 0) read_sides(draft, *sides);
  } else {
    read_search(draft);
  }
  return true;
}

void share_shapes(std::vector<KernelPoint>& points) {
  std::map<Key, Shared> all;
  const auto is_plain = [](const KernelPoint& p) {
    return p.group == kGemmGroup && !std::holds_alternative<MeasuredBestGemm>(p.kernel);
  };
  for (const auto& point : points) {
    if (!is_plain(point) || (!point.reason.empty() && point.reason != kNoShape)) continue;
    auto& shared = all[key_of(point)];
    if (point.reason.empty() && shared.with_shape == nullptr) shared.with_shape = &point;
    if (point.reason.empty()) continue;
    if (point.figure == Figure::kWorkRate) shared.rate = point.published;
    if (point.figure == Figure::kTime) shared.time = point.published;
  }
  for (auto& point : points) {
    if (point.reason == kNoShape && is_plain(point)) take_shape(point, all[key_of(point)]);
  }
}

}  // namespace weft::kernels
