// A row on its way to a point: readers of operations fill in what is timed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "row.h"
#include "weft/kernels/points_table.h"

namespace weft::kernels {

inline constexpr const char* kNoShape = "no shape is given";

// "bf16", "bfloat16", "fp8_block(1x128,128x128)"; nothing for formats that no chip has.
std::optional<chips::Precision> precision_of(const std::string& text);
// Bytes of an element as sources count traffic: without scales.
double element_bytes(chips::Precision precision);

struct Draft {
  const Row& row;
  std::string operation;  // lower case
  std::string notes;      // lower case
  std::optional<chips::Precision> precision;
  KernelPoint point;
};

// Sets kernel, work and traffic of a matrix product, of one with an epilogue, or of groups of them.
void set_gemm(KernelPoint& point, const chips::Gemm& shape, bool with_cast);
void set_grouped_gemm(KernelPoint& point, const chips::GroupedGemm& shape, bool with_cast);
// FLOPs of the forward pass: 2·(head_dim + value_head_dim) a score; a causal mask counts `half`.
double attention_work(const chips::AttentionSize& size);
// Bytes of keys and values.
double key_value_bytes(const chips::AttentionSize& size, chips::Precision precision);

// Each takes the operations that it knows: false when the operation is another's. What it cannot
// place gets a reason.
bool read_no_kernel(Draft& draft);
bool read_gemm(Draft& draft);
bool read_attention(Draft& draft);
bool read_stream(Draft& draft);

// Rows without a shape take that of a row of the same chip, source and operation, or what rate and
// time of two such rows make of it.
void share_shapes(std::vector<KernelPoint>& points);

// "fit", "test" or empty; anything else is an error.
std::string split_of(const Row& row);

// Rows of the layouts of ai-dynamo/aiconfigurator.
void read_gemm_grid(const Row& row, std::vector<KernelPoint>& points);
void read_attention_grid(const Row& row, std::vector<KernelPoint>& points);
// Rows of published figures, one each.
void read_figure(const Row& row, std::vector<KernelPoint>& points);

// What an inference framework measures together with its prompt attention.
MeasuredAttention::Before before_of(const std::string& framework);

}  // namespace weft::kernels
