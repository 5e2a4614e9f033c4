// Number formats of matrix units.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace weft::chips {

// `fp8` has one scale per tensor; `fp8_block` one per 1x128 or 128x128 elements, applied by the
// kernel (DeepSeek-V3, arXiv 2412.19437, §3.3); `mxfp8` and `mxfp4` one per 32 elements, applied by
// the unit (OCP Microscaling 1.0); `nvfp4` one per 16. `tf32` is also Ascend's HF32.
enum class Precision { kFp32, kTf32, kBf16, kFp16, kFp8, kFp8Block, kMxfp8, kInt8, kMxfp4, kNvfp4 };
inline constexpr std::size_t kPrecisionCount = 10;
inline constexpr std::array<const char*, kPrecisionCount> kPrecisionNames = {
    "fp32", "tf32", "bf16", "fp16", "fp8", "fp8_block", "mxfp8", "int8", "mxfp4", "nvfp4"};

template <class T>
using PerPrecision = std::array<T, kPrecisionCount>;

constexpr std::size_t index_of(Precision precision) { return static_cast<std::size_t>(precision); }
constexpr const char* name_of(Precision precision) { return kPrecisionNames[index_of(precision)]; }
// The names as a list, in the order of the enumeration.
std::vector<std::string> precision_names();

// Bytes of one element in memory, with its part of the scales.
constexpr double bytes_of(Precision precision) {
  constexpr PerPrecision<double> kBytes = {
      4.0,           4.0, 2.0, 2.0, 1.0, 1.0 + 4.0 / 128, 1.0 + 1.0 / 32, 1.0, 0.5 + 1.0 / 32,
      0.5 + 1.0 / 16};
  return kBytes[index_of(precision)];
}

// Formats that operands are cast to from 16 bits before a GEMM.
constexpr bool is_narrow(Precision precision) {
  return index_of(precision) >= index_of(Precision::kFp8);
}

// How scales are found: of a whole tensor, after a pass over it; or of a block, on the way.
enum class Scaling { kTensor, kBlock };
constexpr Scaling scaling_of(Precision precision) {
  return precision == Precision::kFp8 || precision == Precision::kInt8 ? Scaling::kTensor
                                                                       : Scaling::kBlock;
}

}  // namespace weft::chips
