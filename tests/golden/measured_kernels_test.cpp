// How far off the kernel models are on the measured kernels that ship and that no fit has seen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "shipped.h"
#include "weft/kernels/predict.h"
#include "weft/validation/validate.h"

namespace weft {
namespace {

struct Points {
  base::Catalog catalog = test::shipped();
  kernels::PointsTable table = kernels::read_points(kernels::shipped_points(catalog));
  kernels::PointsAnswer answer = kernels::predict_points(table, catalog, std::nullopt);
};

const Points& points() {
  static const Points kPoints;
  return kPoints;
}

using Wanted = std::function<bool(const kernels::KernelResult&)>;

std::vector<double> test_errors(const Wanted& wanted) {
  std::vector<double> errors;
  for (const auto& row : points().answer.rows) {
    if (row.is_skipped() || row.point->split != "test" || !wanted(row)) continue;
    errors.push_back(std::abs(*row.relative_error));
  }
  return errors;
}

bool is_power(const kernels::KernelResult& row) {
  return row.point->figure == kernels::Figure::kPower;
}

bool is_large(const chips::Gemm& shape) { return std::min({shape.m, shape.n, shape.k}) >= 1024; }

// Times of GEMMs in a format.
Wanted gemms(const std::string& precision, bool only_large = false) {
  return [=](const kernels::KernelResult& row) {
    const auto* gemm = std::get_if<kernels::MeasuredGemm>(&row.point->kernel);
    return gemm != nullptr && !is_power(row) && row.point->precision == precision &&
           (!only_large || is_large(gemm->shape));
  };
}

Wanted of(const std::string& chip, const Wanted& wanted) {
  return [=](const kernels::KernelResult& row) { return row.chip == chip && wanted(row); };
}

void expect_median(const Wanted& wanted, double most, std::size_t least_points,
                   const std::string& what) {
  const auto errors = test_errors(wanted);
  ASSERT_GE(errors.size(), least_points) << what;
  EXPECT_LE(validation::quantile(errors, 0.5), most) << what;
}

TEST(MeasuredKernels, MostPointsAreComputed) {
  const auto& rows = points().answer.rows;
  const auto computed =
      std::count_if(rows.begin(), rows.end(), [](const auto& row) { return !row.is_skipped(); });
  EXPECT_GE(static_cast<double>(computed), 0.85 * static_cast<double>(rows.size()));
}

TEST(MeasuredKernels, LargeGemms) {
  expect_median(gemms("bf16", true), 0.07, 60, "bf16");
  for (const char* chip : {"h100_sxm5", "h200_sxm", "b200_sxm", "ascend_910b2"}) {
    expect_median(of(chip, gemms("bf16", true)), 0.07, 2, chip);
  }
  // The aim is 7 % here too: three of these seven have 1024 rows or columns, where A100 takes a
  // fifth longer than the laws of edge and waves say.
  expect_median(of("a100_80g", gemms("bf16", true)), 0.14, 7, "a100_80g");
  expect_median(of("ascend_910b2", gemms("fp16", true)), 0.07, 5, "ascend_910b2, fp16");
}

TEST(MeasuredKernels, GemmsOfAllSizes) {
  expect_median(gemms("bf16"), 0.12, 100, "bf16");
  expect_median(gemms("fp8"), 0.10, 40, "fp8");
  expect_median(gemms("fp8_block"), 0.10, 40, "fp8_block");
}

TEST(MeasuredKernels, FlashAttention) {
  const auto is_flash = [](const kernels::KernelResult& row) {
    return row.point->operation.rfind("flash_attn", 0) == 0;
  };
  expect_median(is_flash, 0.10, 40, "all");
  expect_median(of("ascend_910b2", is_flash), 0.10, 8, "ascend_910b2");
}

// Nothing of it is in a fit: CloudMatrix384, arXiv 2506.12708.
TEST(MeasuredKernels, LatentAttentionOn910C) {
  const auto is_decode = [](const kernels::KernelResult& row) {
    return row.point->operation == "mla_decode" && row.point->figure == kernels::Figure::kWorkRate;
  };
  const auto errors = test_errors(of("ascend_910c", is_decode));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_LE(errors.front(), 0.10);
}

TEST(MeasuredKernels, Streams) {
  const auto streams = [](const kernels::KernelResult& row) {
    return std::holds_alternative<kernels::MeasuredOperator>(row.point->kernel) && !is_power(row);
  };
  expect_median(streams, 0.05, 30, "memory-bound kernels");
}

}  // namespace
}  // namespace weft
