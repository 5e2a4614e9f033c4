// What sources mean by a format, by the work of a kernel, and by its traffic.
#include <algorithm>
#include <array>
#include <string_view>

#include "draft.h"

namespace weft::kernels {

namespace {

struct FormatName {
  std::string_view text;
  chips::Precision precision;
};
constexpr std::array kFormatNames =
    std::to_array<FormatName>({{"bfloat16", chips::Precision::kBf16},
                               {"float16", chips::Precision::kFp16},
                               {"half", chips::Precision::kFp16},
                               {"float32", chips::Precision::kFp32},
                               {"hf32", chips::Precision::kTf32},
                               {"float8", chips::Precision::kFp8},
                               {"fp8_e4m3", chips::Precision::kFp8}});

// FLOPs of a causal mask are counted as half of all, whatever the kernel skips.
constexpr double kCausalShare = 0.5;

}  // namespace

std::optional<chips::Precision> precision_of(const std::string& text) {
  const auto name = lower(text).substr(0, text.find('('));
  for (std::size_t i = 0; i < chips::kPrecisionCount; ++i) {
    if (name == chips::kPrecisionNames[i]) return static_cast<chips::Precision>(i);
  }
  const auto* found = std::find_if(kFormatNames.begin(), kFormatNames.end(),
                                   [&](const FormatName& alias) { return alias.text == name; });
  if (found == kFormatNames.end()) return std::nullopt;
  return found->precision;
}

double element_bytes(chips::Precision precision) {
  switch (precision) {
    case chips::Precision::kFp32:
    case chips::Precision::kTf32:
      return 4;
    case chips::Precision::kBf16:
    case chips::Precision::kFp16:
      return 2;
    case chips::Precision::kMxfp4:
    case chips::Precision::kNvfp4:
      return 0.5;
    default:
      return 1;
  }
}

void set_gemm(KernelPoint& point, const chips::Gemm& shape, bool with_cast) {
  const auto bytes = element_bytes(shape.precision);
  point.kernel = MeasuredGemm{shape, with_cast && chips::is_narrow(shape.precision)};
  point.work = base::Work(2 * shape.count * shape.m * shape.n * shape.k);
  point.traffic = base::Bytes(shape.count * (bytes * shape.k * (shape.m + shape.n) +
                                             shape.output_bytes * shape.m * shape.n));
}

void set_grouped_gemm(KernelPoint& point, const chips::GroupedGemm& shape, bool with_cast) {
  const auto bytes = element_bytes(shape.precision);
  point.kernel = MeasuredGroupedGemm{shape, with_cast && chips::is_narrow(shape.precision)};
  point.work = base::Work(2 * shape.groups * shape.m * shape.n * shape.k);
  point.traffic = base::Bytes(shape.groups * (bytes * shape.k * (shape.m + shape.n) +
                                              shape.output_bytes * shape.m * shape.n));
}

double attention_work(const chips::AttentionSize& size) {
  return 2 * (size.head_dim + size.value_head_dim) * size.batch * size.heads * size.queries *
         size.keys * (size.causal ? kCausalShare : 1.0);
}

double key_value_bytes(const chips::AttentionSize& size, chips::Precision precision) {
  const auto vector =
      size.shares_keys_and_values ? size.head_dim : size.head_dim + size.value_head_dim;
  return element_bytes(precision) * size.batch * size.keys * size.kv_heads * vector;
}

}  // namespace weft::kernels
