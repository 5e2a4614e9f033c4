// Number formats of matrix units.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::chips {

enum class Precision { kFp32, kTf32, kBf16, kFp16, kFp8, kInt8, kFp4 };
inline constexpr std::size_t kPrecisionCount = 7;
inline constexpr std::array<const char*, kPrecisionCount> kPrecisionNames = {
    "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4"};

template <class T>
using PerPrecision = std::array<T, kPrecisionCount>;

constexpr std::size_t index_of(Precision precision) { return static_cast<std::size_t>(precision); }
constexpr const char* name_of(Precision precision) { return kPrecisionNames[index_of(precision)]; }
// The names as a list, in the order of the enumeration.
std::vector<std::string> precision_names();

// Bytes of one element in memory.
constexpr double bytes_of(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
    case Precision::kTf32:
      return 4.0;
    case Precision::kBf16:
    case Precision::kFp16:
      return 2.0;
    case Precision::kFp8:
    case Precision::kInt8:
      return 1.0;
    case Precision::kFp4:
      return 0.5;
  }
  return 0.0;
}

}  // namespace weft::chips
