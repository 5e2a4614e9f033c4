// Fits to kernels that a known device has made: its parameters are found again.
#include "weft/calibration/kernel_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernel_fixtures.h"
#include "weft/base/diagnostics.h"
#include "weft/calibration/fit_file.h"

namespace weft::calibration {
namespace {

using namespace testing;
using chips::index_of;
using chips::Precision;

constexpr std::size_t kTensor = static_cast<std::size_t>(chips::Scaling::kTensor);

class OfKernels : public ::testing::Test {
 protected:
  OfKernels() : truth_(chip_of(shelf_.catalog()).device) {
    auto& k = truth_.kernels;
    k.gemm.efficiency[index_of(Precision::kBf16)] = 0.71;
    k.gemm.memory_efficiency[index_of(Precision::kBf16)] = 0.69;
    k.gemm.efficiency[index_of(Precision::kFp8)] = 0.61;
    k.gemm.memory_efficiency[index_of(Precision::kFp8)] = 0.76;
    k.gemm.fixed = base::Time(4.4e-6);
    k.gemm.norm = 2.6;
    k.gemm.edge = 33;
    k.quantise[kTensor] = {base::Bytes(7), base::Time(9e-6)};
    k.attention.overhead = base::Time(0.22e-12);
    k.attention.fixed = base::Time(7e-6);
    k.attention.edge = 150;
  }

  KernelFit fit(const kernels::PointsTable& table, int threads = 1) const {
    const base::ThreadTeam team(threads);
    return fit_kernels({table}, shelf_.catalog(), kChip, team);
  }
  static void expect_found(const KernelFit& fit, const std::string& path, double truth) {
    const auto* fitted = found(fit, path);
    ASSERT_NE(fitted, nullptr) << path;
    EXPECT_TRUE(fitted->is_informed()) << path;
    EXPECT_LE(fitted->value(-1.645), truth) << path;
    EXPECT_GE(fitted->value(1.645), truth) << path;
    EXPECT_NEAR(std::log(fitted->value() / truth), 0, 0.15) << path;
  }

  Shelf shelf_;
  chips::Device truth_;
};

TEST_F(OfKernels, WhatMadeThemIsFound) {
  const auto result = fit(kernels_of(truth_));
  EXPECT_EQ(result.residuals.size(), 238U);
  expect_found(result, "kernels.gemm.efficiency.bf16", 0.71);
  expect_found(result, "kernels.gemm.memory.bf16", 0.69);
  expect_found(result, "kernels.gemm.efficiency.fp8", 0.61);
  expect_found(result, "kernels.gemm.memory.fp8", 0.76);
  expect_found(result, "kernels.gemm.fixed", 4.4e-6);
  expect_found(result, "kernels.gemm.norm", 2.6);
  expect_found(result, "kernels.gemm.edge", 33);
  expect_found(result, "kernels.quantise.tensor.traffic", 7);
  expect_found(result, "kernels.quantise.tensor.fixed", 9e-6);
  expect_found(result, "kernels.attention.overhead_per_score", 0.22e-12);
  expect_found(result, "kernels.attention.fixed", 7e-6);
  expect_found(result, "kernels.attention.edge", 150);
  for (const auto& error : result.errors) {
    EXPECT_LT(error.median_error, 0.01) << error.group << " " << error.precision;
    EXPECT_LT(error.median_held_out_error, 0.015) << error.group << " " << error.precision;
  }
}

// A term that the data do not have is not switched on.
TEST_F(OfKernels, WavesAndDroopAreSwitchedOnWhereTheyPay) {
  EXPECT_EQ(found(fit(kernels_of(truth_)), "kernels.gemm.waves"), nullptr);
  truth_.kernels.gemm.waves = 0.8;
  const auto result = fit(kernels_of(truth_));
  expect_found(result, "kernels.gemm.waves", 0.8);
  EXPECT_TRUE(std::any_of(result.notes.begin(), result.notes.end(), [](const auto& note) {
    return note.find("kernels.gemm.waves") != std::string::npos &&
           note.find(": better") != std::string::npos;
  }));
}

TEST_F(OfKernels, PowerIsFoundWhereItIsSampled) {
  truth_.power.per_flop[index_of(Precision::kBf16)] = base::EnergyPerWork(0.45e-12);
  truth_.power.per_memory_byte = base::EnergyPerByte(80e-12);
  auto table = kernels_of(truth_);
  add_powers(truth_, table);
  auto brief = point_of(product(16, 128, 256), "gemm", "bf16");
  brief.figure = kernels::Figure::kPower;
  brief.published = 1;
  brief.line = 9999;
  table.points.push_back(brief);
  const auto result = fit(table);
  expect_found(result, "power.per_flop.bf16", 0.45e-12);
  expect_found(result, "power.per_memory_byte", 80e-12);
  EXPECT_EQ(found(result, "power.active"), nullptr);
  EXPECT_TRUE(std::any_of(result.notes.begin(), result.notes.end(), [](const auto& note) {
    return note.find("below 100 us") != std::string::npos;
  }));
}

TEST_F(OfKernels, RowsOfTheTestSplitAreNotLookedAt) {
  auto table = kernels_of(truth_);
  const auto expected = fit(table);
  auto other = table.points[40];
  other.published *= 5;
  other.split = "test";
  table.points.push_back(other);
  const auto result = fit(table);
  ASSERT_EQ(result.parameters.size(), expected.parameters.size());
  EXPECT_EQ(result.residuals.size(), expected.residuals.size());
  EXPECT_EQ(
      std::count(result.notes.begin(), result.notes.end(), "1 points marked `test` kept apart"), 1);
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    EXPECT_EQ(result.parameters[i].z, expected.parameters[i].z);
  }
  // Without a mark they count.
  table.points.back().split.clear();
  EXPECT_EQ(fit(table).residuals.size(), expected.residuals.size() + 1);
}

// A loop may idle between its launches; its time is the kernel's where it does not.
TEST_F(OfKernels, TimesBesideAPowerCountUnlessTheyWait) {
  auto table = kernels_of(truth_);
  const auto before = fit(table).residuals.size();
  const auto add = [&](double times) {
    auto point = point_of(product(2048, 8192, 8192), "gemm", "bf16");
    point.line = 2000 + static_cast<int>(table.points.size());
    point.published = times * kernels::figure_of(truth_, point);
    point.latency = base::Time(point.published);
    table.points.push_back(point);
    point.figure = kernels::Figure::kPower;
    point.published = 500;
    table.points.push_back(point);
  };
  add(1);
  EXPECT_EQ(fit(table).residuals.size(), before + 1);  // too few powers for a fit
  add(3);
  add(1);
  table.points[table.points.size() - 2].framework = "VLLM";
  const auto result = fit(table);
  EXPECT_EQ(result.residuals.size(), before + 1);
  EXPECT_TRUE(std::any_of(result.notes.begin(), result.notes.end(), [](const auto& note) {
    return note.find("2 points left out: times beside a power") == 0;
  }));
}

TEST_F(OfKernels, ATableWithoutChipsIsOfTheOneAskedFor) {
  auto table = kernels_of(truth_);
  const auto expected = fit(table).residuals.size();
  for (auto& point : table.points) point.chip.clear();
  EXPECT_EQ(fit(table).residuals.size(), expected);
  table.points.front().chip = "h200_sxm";
  EXPECT_THROW((void)fit(table), base::InputError);
}

TEST_F(OfKernels, NeitherOrderNorThreadsMatter) {
  auto table = kernels_of(truth_);
  const auto expected = fit(table);
  std::reverse(table.points.begin(), table.points.end());
  const auto result = fit(table, 2);
  ASSERT_EQ(result.parameters.size(), expected.parameters.size());
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    EXPECT_EQ(result.parameters[i].parameter.path(), expected.parameters[i].parameter.path());
    EXPECT_EQ(result.parameters[i].z, expected.parameters[i].z);
    EXPECT_EQ(result.parameters[i].deviation, expected.parameters[i].deviation);
  }
  ASSERT_EQ(result.errors.size(), expected.errors.size());
  for (std::size_t i = 0; i < result.errors.size(); ++i) {
    EXPECT_EQ(result.errors[i].median_held_out_error, expected.errors[i].median_held_out_error);
  }
}

TEST_F(OfKernels, AFewPointsFarOffChangeLittle) {
  auto table = kernels_of(truth_);
  for (std::size_t i = 5; i < 200; i += 40) table.points[i].published *= 4;
  const auto result = fit(table);
  EXPECT_NEAR(found(result, "kernels.gemm.efficiency.bf16")->value(), 0.71, 0.02);
  EXPECT_NEAR(found(result, "kernels.gemm.fixed")->value() / 4.4e-6, 1, 0.05);
}

// Large GEMMs alone say nothing of thin or small ones.
TEST_F(OfKernels, WhatThePointsDoNotTellIsRefused) {
  auto table = kernels_of(truth_);
  std::erase_if(table.points, [](const auto& point) {
    const auto* gemm = std::get_if<kernels::MeasuredGemm>(&point.kernel);
    return gemm == nullptr || gemm->with_cast || gemm->shape.m < 4096 || gemm->shape.n < 8192 ||
           gemm->shape.k < 4096;
  });
  ASSERT_EQ(table.points.size(), 4U);
  const auto result = fit(table);
  EXPECT_TRUE(found(result, "kernels.gemm.efficiency.bf16")->is_informed());
  for (const char* path : {"kernels.gemm.memory.bf16", "kernels.gemm.fixed"}) {
    const auto* fitted = found(result, path);
    ASSERT_NE(fitted, nullptr);
    EXPECT_FALSE(fitted->is_informed()) << path;
    EXPECT_EQ(fitted->value(), fitted->parameter.start()) << path;
    EXPECT_NE(fitted->parameter.advice().find("add"), std::string::npos);
  }
  const auto file = fit_file(result, shelf_.catalog());
  EXPECT_EQ(file.text.find("fixed:"), std::string::npos) << file.text;
  EXPECT_NE(file.text.find("efficiency:"), std::string::npos) << file.text;
}

TEST_F(OfKernels, TooFewOrNoPointsAreRefused) {
  auto table = kernels_of(truth_);
  table.points.resize(2);
  EXPECT_THROW((void)fit(table), std::runtime_error);
  for (auto& point : table.points) point.chip = "h200_sxm";
  try {
    (void)fit(table);
    FAIL();
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find("h200_sxm"), std::string::npos) << error.what();
  }
}

// One 16-bit format without points of its own follows the other.
TEST_F(OfKernels, SixteenBitFormatsFollowEachOther) {
  const auto result = fit(kernels_of(truth_));
  const auto* fitted = found(result, "kernels.gemm.efficiency.bf16");
  ASSERT_TRUE(fitted->parameter.twin().has_value());
  EXPECT_EQ(*fitted->parameter.twin(), Precision::kFp16);
  EXPECT_EQ(result.device.kernels.gemm.efficiency[index_of(Precision::kFp16)], fitted->value());
}

}  // namespace
}  // namespace weft::calibration
