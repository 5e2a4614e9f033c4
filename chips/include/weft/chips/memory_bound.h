// Kernels that stream: element-wise passes, norms, reductions, gathers, the optimizer.
//
//   t = launches·t0 + max(bytes / (e_m·bandwidth·block/(block + half_block)), FLOPs / (e_v·vector
//   peak))
//
// Half blocks are from reads in pieces of 128 bytes (cannmirror/asc-devkit @0da921b: 0.53 against
// 1.40 TB/s on Ascend 910B1, 0.34 against 1.60 TB/s on 950PR).
#pragma once

#include <array>

#include "weft/chips/kernel_cost.h"

namespace weft::chips {

// Streams `traffic` through memory and does `vector_work` FP32 operations on the way.
struct MemoryBound {
  base::Bytes traffic;
  base::Work vector_work;
  double kernels = 1;   // launches: each pays the fixed time once
  base::Bytes block{};  // contiguous bytes of each access; 0: long streams
};
KernelCost memory_bound(const Device& device, const OperatingPoint& point,
                        const MemoryBound& shape);

// Operators by what they move and compute per element.
enum class Operator {
  kCopy,
  kCast,
  kAdd,  // residual
  kBias,
  kDropout,
  kNorm,        // RMSNorm, LayerNorm
  kActivation,  // GELU, SiLU with its gate
  kRotary,
  kSoftmax,
  kTopK,        // of the router's probabilities
  kPermute,     // rows of tokens to experts and back
  kGather,      // embedding look-up
  kScatterAdd,  // gradient of the look-up, FP32
  kAdam
};
inline constexpr std::size_t kOperatorCount = 14;

// Per element: reads and writes (elements of the operator's format, in passes), and FP32 vector
// operations of its forward pass. Counts of operations are instructions of the public kernels,
// transcendentals as four.
struct OperatorCost {
  const char* name;
  double reads, writes;
  double work;
  double kernels;
};
const OperatorCost& cost_of(Operator op);

// `elements` of `element_bytes` each. Rows of a gather or permutation are `block` long.
MemoryBound operator_shape(Operator op, double elements, double element_bytes,
                           base::Bytes block = base::Bytes(0));

}  // namespace weft::chips
