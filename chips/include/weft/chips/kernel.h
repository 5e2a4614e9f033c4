// Kernel times and energies on one device: GEMM, grouped GEMM, flash attention, memory-bound.
//
// All times are of library kernels, launched back to back (host launch is a matter of the software
// stack, not of the chip). Sources: the p-norm roofline t = t0 + ((t_c/e_c)^p + (t_m/e_m)^p)^(1/p)
// and the attention law t = scores · (FLOPs/(e_c·peak) + c) are fits to measured kernels on A100 …
// GB200 and Ascend 910B (aiconfigurator @095f58a, FlagPerf @1b5a030, pto-isa @3186c38,
// FlashAttention-3).
#pragma once

#include "weft/base/quantity.h"
#include "weft/chips/chip.h"

namespace weft::chips {

// Time and what it took: enough to sum up a step and to bill its energy.
struct KernelCost {
  base::Time time;
  base::Energy energy;  // of the device, idle power included, over `time`
  base::Work matrix_work;
  base::Bytes memory_traffic;

  KernelCost& operator+=(const KernelCost& other) {
    time += other.time;
    energy += other.energy;
    matrix_work += other.matrix_work;
    memory_traffic += other.memory_traffic;
    return *this;
  }
  friend KernelCost operator*(double count, KernelCost cost) {
    cost.time *= count;
    cost.energy *= count;
    cost.matrix_work *= count;
    cost.memory_traffic *= count;
    return cost;
  }
};

// Clocks and caps at which the device runs. power_cap = 0: the device's own limit.
struct OperatingPoint {
  base::Power power_cap;
};

// C[m,n] += A[m,k] · B[k,n], `count` times. `output_bytes` is per element of C, all passes over it
// counted (2 for a BF16 write, 8 for an FP32 read-modify-write).
struct Gemm {
  double m = 0, n = 0, k = 0;
  double count = 1;
  Precision precision = Precision::kBf16;
  double output_bytes = 2;
};
KernelCost gemm(const Device& device, const OperatingPoint& point, const Gemm& shape);

// `groups` products of [m,k]·[k,n] in one kernel (experts); m is the mean over groups.
struct GroupedGemm {
  double groups = 0;
  double m = 0, n = 0, k = 0;
  Precision precision = Precision::kBf16;
  double output_bytes = 2;
};
KernelCost grouped_gemm(const Device& device, const OperatingPoint& point,
                        const GroupedGemm& shape);

// Fused (flash) attention. `scores` counts the (query, key, head) triples that are computed, so a
// causal mask that skips blocks halves it. `traffic` is what is read and written of Q, K, V, O and
// their gradients.
struct Attention {
  double scores = 0;
  double head_dim = 0;        // of queries and keys
  double value_head_dim = 0;  // of values
  double softmax_work = 1;    // relative to a plain softmax (a soft cap adds a tanh)
  base::Bytes traffic;
  bool backward = false;
  Precision precision = Precision::kBf16;
};
KernelCost attention(const Device& device, const OperatingPoint& point, const Attention& shape);

// Streams `traffic` through memory and does `vector_work` FP32 operations on the way.
struct MemoryBound {
  base::Bytes traffic;
  base::Work vector_work;
  double kernels = 1;  // launches: each pays the fixed time once
};
KernelCost memory_bound(const Device& device, const OperatingPoint& point,
                        const MemoryBound& shape);

// Power while nothing runs but a spin-wait on a peer, and while a collective occupies some cores.
base::Power waiting_power(const Device& device);
base::Power communicating_power(const Device& device, const OperatingPoint& point);

}  // namespace weft::chips
