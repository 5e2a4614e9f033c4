// Power of GEMMs by themselves.
#include <fmt/format.h>

#include <cmath>
#include <sstream>
#include <utility>
#include <variant>

#include "points.h"
#include "weft/base/csv_cells.h"
#include "weft/kernels/predict.h"

namespace weft::watts {

// The answer points into the table.
struct KernelErrors {
  kernels::PointsTable table;
  kernels::PointsAnswer answer;
};

Context::Context(const base::Catalog& all, int team_threads)
    : catalog(all), threads(team_threads) {}
Context::~Context() = default;

namespace {

const kernels::PointsAnswer& answer_of(Context& context) {
  if (context.kernels == nullptr) {
    auto errors = std::make_unique<KernelErrors>();
    errors->table = kernels::read_points(kernels::shipped_points(context.catalog));
    errors->answer = kernels::predict_points(errors->table, context.catalog, std::nullopt);
    context.kernels = std::move(errors);
  }
  return context.kernels->answer;
}

// "8192 8192 8192": m, n, k.
chips::Gemm gemm_of(const base::CsvField& field) {
  chips::Gemm shape;
  std::istringstream numbers(field.text);
  numbers >> shape.m >> shape.n >> shape.k;
  if (numbers && shape.m > 0 && shape.n > 0 && shape.k > 0) return shape;
  base::fail_at(field, "the m, n and k of a product are expected here: 8192 8192 8192");
}

}  // namespace

void predict_gemm(Context& context, Row& row) {
  base::Reading reading;
  const auto chip =
      chips::read_chip(context.catalog.load("chip", row.inputs.text, std::nullopt), reading);
  reading.throw_if_any();
  const kernels::MeasuredGemm gemm{gemm_of(row.at)};
  row.point.predicted = kernels::predict(chip.device, gemm).power.si();
}

// Over the shipped points of a chip that are sampled well.
void predict_gemm_errors(Context& context, Row& row) {
  double sum = 0;
  int count = 0;
  for (const auto& one : answer_of(context).rows) {
    const bool counts = one.chip == row.inputs.text &&
                        one.point->figure == kernels::Figure::kPower &&
                        one.point->group == kernels::kGemmGroup && one.relative_error &&
                        kernels::size_class(*one.point) == kernels::kLongSize;
    if (!counts) continue;
    sum += 100 * std::abs(*one.relative_error);
    ++count;
  }
  if (count == 0) base::fail_at(row.inputs, "no kernel of the shipped table is of this chip");
  row.point.predicted = sum / count;
  row.point.how = fmt::format("{} kernels above 100 us, all formats", count);
}

}  // namespace weft::watts
