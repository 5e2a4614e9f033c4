// Measured kernels that a known device has made.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fixtures.h"
#include "weft/calibration/kernel_fit.h"
#include "weft/kernels/predict.h"

namespace weft::calibration::testing {

inline constexpr const char* kChip = "h100_sxm5";

inline chips::Chip chip_of(const base::Catalog& catalog, const std::string& name = kChip) {
  base::Reading reading;
  auto chip = chips::read_chip(catalog.load("chip", name, std::nullopt), reading);
  reading.throw_if_any();
  chip.device = chips::measured_alone(chip.device);
  return chip;
}

inline kernels::KernelPoint point_of(const kernels::Measured& kernel, const std::string& group,
                                     const std::string& precision) {
  kernels::KernelPoint point;
  point.chip = kChip;
  point.operation = group;
  point.group = group;
  point.precision = precision;
  point.kernel = kernel;
  point.metric = "latency";
  point.unit = "us";
  point.unit_size = 1e-6;
  point.split = "fit";
  point.source = "github made-up/kernels@1234567 some file";
  return point;
}

inline kernels::Measured product(double m, double n, double k,
                                 chips::Precision precision = chips::Precision::kBf16,
                                 bool with_cast = false) {
  chips::Gemm shape;
  shape.m = m;
  shape.n = n;
  shape.k = k;
  shape.precision = precision;
  return kernels::MeasuredGemm{shape, with_cast};
}

// GEMMs from thin to large, and causal attention from short to long.
inline kernels::PointsTable kernels_of(const chips::Device& device) {
  kernels::PointsTable table;
  table.name = "/somewhere/made_up.csv";
  for (const double m : {1.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 8192.0}) {
    for (const double n : {128.0, 512.0, 2048.0, 8192.0}) {
      for (const double k : {256.0, 1024.0, 4096.0, 12288.0}) {
        table.points.push_back(point_of(product(m, n, k), "gemm", "bf16"));
        table.points.push_back(
            point_of(product(m, n, k, chips::Precision::kFp8, true), "gemm", "fp8"));
      }
    }
  }
  for (const double sequence : {128.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0}) {
    for (const double head_dim : {64.0, 128.0}) {
      kernels::MeasuredAttention kernel;
      kernel.size = {1, sequence, sequence, 32, 32, head_dim, head_dim, true, 0, false};
      table.points.push_back(point_of(kernel, "attention forward", "bf16"));
    }
  }
  int line = 1;
  for (auto& point : table.points) {
    point.line = ++line;
    point.id = "line " + std::to_string(line);
    point.published = kernels::figure_of(device, point);
  }
  return table;
}

// Board power of GEMMs that take longer than it takes to sample it.
inline void add_powers(const chips::Device& device, kernels::PointsTable& table) {
  for (const double m : {16.0, 256.0, 1024.0, 4096.0, 8192.0}) {
    for (const double n : {8192.0, 16384.0}) {
      auto point = point_of(product(m, n, 32768), "gemm", "bf16");
      point.figure = kernels::Figure::kPower;
      point.unit = "W";
      point.unit_size = 1;
      point.line = 1000 + static_cast<int>(table.points.size());
      point.id = "line " + std::to_string(point.line) + " power";
      point.published = kernels::figure_of(device, point);
      table.points.push_back(point);
    }
  }
}

inline const FittedKernelParameter* found(const KernelFit& fit, const std::string& path) {
  for (const auto& fitted : fit.parameters) {
    if (fitted.parameter.path() == path) return &fitted;
  }
  return nullptr;
}

}  // namespace weft::calibration::testing
