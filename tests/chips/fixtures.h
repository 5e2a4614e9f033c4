// A chip of round numbers, the shipped chips, and their text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/chips/chip.h"
#include "weft/chips/kernel.h"

namespace weft::chips::testing {

inline constexpr double kTera = 1e12;
inline constexpr double kPico = 1e-12;
inline constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;  // memory is sold in these
inline constexpr std::size_t kBf16 = index_of(Precision::kBf16);
inline constexpr std::size_t kTf32 = index_of(Precision::kTf32);
inline constexpr std::size_t kFp16 = index_of(Precision::kFp16);
inline constexpr std::size_t kFp8 = index_of(Precision::kFp8);
inline constexpr std::size_t kInt8 = index_of(Precision::kInt8);
inline constexpr std::size_t kNvfp4 = index_of(Precision::kNvfp4);
inline constexpr std::size_t kFp8Block = index_of(Precision::kFp8Block);

inline const OperatingPoint kFree;  // at its own limit

// 100 TFLOP/s of which GEMMs reach a half; 1 TB/s of which streams reach 0.8; a kernel takes 10 us.
// 50 W idle, 100 W more when active, 2 pJ/FLOP and 50 pJ/byte, at most 400 W.
inline Device round_device() {
  Device device;
  device.peaks.matrix[kBf16] = base::WorkRate(100 * kTera);
  device.peaks.vector_fp32 = base::WorkRate(10 * kTera);
  device.memory_bandwidth = base::Bandwidth(1 * kTera);
  device.kernels.gemm.efficiency[kBf16] = 0.5;
  device.kernels.gemm.fixed = base::Time(10e-6);
  device.kernels.memory.efficiency = 0.8;
  device.kernels.vector_efficiency = 0.5;
  device.kernels.attention.overhead = base::Time(5 * kPico);
  device.kernels.attention.backward_overhead = 3;
  device.kernels.attention.fixed = base::Time(10e-6);
  device.power.limit = base::Power(400);
  device.power.idle = base::Power(50);
  device.power.active = base::Power(100);
  device.power.per_flop[kBf16] = base::EnergyPerWork(2 * kPico);
  device.power.per_memory_byte = base::EnergyPerByte(50 * kPico);
  return device;
}

// Its memory never waits.
inline Device compute_only_device() {
  Device device = round_device();
  device.memory_bandwidth = base::Bandwidth(1e40);
  device.kernels.gemm.fixed = base::Time(0);
  device.kernels.attention.fixed = base::Time(0);
  device.power.per_memory_byte = base::EnergyPerByte(0);
  return device;
}

inline Gemm square(double size, Precision precision = Precision::kBf16) {
  return {size, size, size, 1, precision, 2};
}

// In a format that every chip has.
inline Gemm large_gemm(const Device& device) {
  return square(8192, device.has(Precision::kBf16) ? Precision::kBf16 : Precision::kFp16);
}

inline OperatingPoint capped(double watts) { return {base::Power(watts)}; }

inline const std::vector<std::string>& shipped_names() {
  static const std::vector<std::string> names = base::Catalog({WEFT_CONFIGS}).names("chip");
  return names;
}

// As written by hand, which is where kernels are; fits beside it are to whole steps of training.
inline Chip shipped(const std::string& name, base::Reading reading = {}) {
  const base::Catalog catalog({WEFT_CONFIGS}, base::Fits::kIgnore);
  Chip chip = read_chip(catalog.load("chip", name, std::nullopt), reading);
  reading.throw_if_any();
  return chip;
}

// The chip with the efficiencies of its GEMMs at the high end: the single-kernel figures.
inline Chip at_the_high_end(const std::string& name) {
  return shipped(name, base::Reading([](const std::string& path, const base::Distribution& d) {
                   const bool gemm = path.find(".gemm.efficiency.") != std::string::npos;
                   return gemm ? d.high : d.mode;
                 }));
}

}  // namespace weft::chips::testing
