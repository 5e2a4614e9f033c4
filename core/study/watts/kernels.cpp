// Power of GEMMs by themselves.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <variant>

#include "points.h"
#include "weft/kernels/predict.h"

namespace weft::watts {

namespace {

constexpr const char* kTables =
    "ai-dynamo/aiconfigurator @095f58a, GEMM tables, medians of kernels above 100 us";

// Medians over BF16 kernels.
struct Chip {
  const char* id;
  const char* name;
  double compute_bound;  // W
  double memory_bound;
  double bar;
  const char* thin;  // why its thin GEMM is off
  const char* note;  // about the mean error
};
constexpr const char* kUnlike =
    "few kernels; readings of one kernel differ by up to 1.7 times, BF16, FP8 and NVFP4 alike";
constexpr std::array<Chip, 3> kChips = {
    {{"h200_sxm", "H200", 691, 602, 0.14, "", ""},
     {"b200_sxm", "B200", 983, 723, 0.14, "it moves 5.5 TB/s where 6.4 were measured", kUnlike},
     {"gb200", "GB200", 1162, 698, 0.19, "", kUnlike}}};

// Mean absolute error over the shipped points of a chip that are sampled well, and their number.
struct MeanError {
  double percent = 0;
  int count = 0;
};
MeanError mean_error(const kernels::PointsAnswer& answer, const std::string& chip) {
  MeanError mean;
  for (const auto& row : answer.rows) {
    const bool counts = row.chip == chip && row.point->figure == kernels::Figure::kPower &&
                        row.point->group == kernels::kGemmGroup && row.relative_error &&
                        kernels::size_class(*row.point) == kernels::kLongSize;
    if (!counts) continue;
    mean.percent += 100 * std::abs(*row.relative_error);
    ++mean.count;
  }
  if (mean.count > 0) mean.percent /= mean.count;
  return mean;
}

chips::Gemm gemm_of(double m, double n, double k) {
  chips::Gemm shape;
  shape.m = m;
  shape.n = n;
  shape.k = k;
  return shape;
}

}  // namespace

void add_kernel_points(Points& points, const base::Catalog& catalog) {
  const auto table = kernels::read_points(kernels::shipped_points(catalog));
  const auto answer = kernels::predict_points(table, catalog, std::nullopt);
  char letter = 'c';
  const auto next_id = [&] { return fmt::format("V14{}", letter++); };
  for (const auto& one : kChips) {
    base::Reading reading;
    const auto chip = chips::read_chip(catalog.load("chip", one.id, std::nullopt), reading);
    reading.throw_if_any();
    const auto watts = [&](const chips::Gemm& shape) {
      return kernels::predict(chip.device, kernels::MeasuredGemm{shape}).power.si();
    };
    const auto add = [&](const char* what, double published, double predicted, const char* how,
                         const char* note) {
      points.push_back({next_id(), fmt::format("{}, {}", one.name, what), "W", published, published,
                        predicted, Kind::kFit, one.bar, how, kTables, note});
    };
    add("compute-bound GEMM", one.compute_bound, watts(gemm_of(8192, 8192, 8192)),
        "8192 × 8192 × 8192, BF16", "");
    add("memory-bound GEMM", one.memory_bound, watts(gemm_of(16, 65536, 16384)),
        "16 × 65536 × 16384, BF16", one.thin);
    const auto mean = mean_error(answer, one.id);
    points.push_back({next_id(),
                      fmt::format("{}, mean error of GEMM power", one.name),
                      "%",
                      {},
                      {},
                      mean.percent,
                      Kind::kFit,
                      one.bar,
                      fmt::format("{} kernels above 100 us, all formats", mean.count),
                      "ai-dynamo/aiconfigurator @095f58a, of the shipped table of kernels",
                      one.note});
  }
}

}  // namespace weft::watts
