// A chip as bought (one package of one or more dies), and a device: what software sees of it.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/quantity.h"
#include "weft/chips/precision.h"
#include "weft/manufacturing/manufacturing.h"

namespace weft::chips {

// Whether software sees each die as a device of its own (Ascend 910C) or the package as one (B200).
enum class Exposure { kUnified, kSplit };

// Peaks of the two kinds of arithmetic units, dense, at the nominal clock. They are separate
// resources: a vendor's headline that adds them (Ascend) is not a matrix peak.
struct Peaks {
  PerPrecision<base::WorkRate> matrix{};  // 0: the unit does not have this format
  base::WorkRate vector_fp32;
  base::WorkRate vector_fp16;
};

// GEMM, see gemm.h. Efficiencies are shares of the nominal peak, of library kernels.
struct GemmParameters {
  PerPrecision<double> efficiency{};         // of the matrix peak, a large GEMM by itself
  PerPrecision<double> memory_efficiency{};  // of the memory bandwidth, a thin GEMM
  base::Time fixed;                          // t0 of one kernel, back to back
  double norm = 2.0;                         // p of the p-norm that joins compute and memory time
  // Small matrices fill the units badly: compute time grows by 1 + edge·(1/m + 1/n + 1/k).
  double edge = 0.0;
  // By how much a GEMM slows down whose n or k is no multiple of 8 elements.
  double misaligned = 1.0;
  double grouped = 1.0;  // efficiency of grouped GEMMs relative to plain ones
  // Compute time grows by 1 + droop·(1 - L2/working set) where the matrices exceed the L2 cache.
  double droop = 0.0;
  // Tiles come in waves over the enabled cores: compute time grows by (waves/tiles per core)^waves.
  double waves = 0.0;
  // Share of the speed of a GEMM measured by itself that is held through a step of training: clocks
  // under power, and caches that other kernels emptied.
  double sustained = 1.0;
};

// Fused attention, see attention.h.
struct AttentionParameters {
  base::Time overhead;             // softmax time per (query, key, head) score, forward
  double backward_overhead = 1.0;  // the same in the backward pass, as a multiple
  double overlap = 0.0;            // 0: matrix and vector time add; 1: the larger counts
  base::Time fixed;                // t0 of one kernel
  double edge = 0.0;               // scores that each query costs beyond its own
  double portable = 1.0;           // time of kernels that do without the chip's own instructions
  // Blocks of queries come in waves over the enabled cores: compute time grows by
  // (waves·cores/blocks)^waves.
  double waves = 0.0;
};

// Streams, see memory_bound.h.
struct MemoryParameters {
  double efficiency = 1.0;  // of the memory bandwidth, long contiguous streams
  base::Bytes half_block;   // contiguous blocks of this size reach half of it
};

// Casts to narrow formats, see quantise.h.
struct QuantiseParameters {
  base::Bytes traffic;  // per element
  base::Time fixed;     // of the kernels of one cast
};

// How near kernels come to the peaks; one set per chip, fitted to measured kernels.
struct KernelParameters {
  GemmParameters gemm;
  AttentionParameters attention;
  MemoryParameters memory;
  double vector_efficiency = 1.0;                // of the vector peak
  std::array<QuantiseParameters, 2> quantise{};  // by Scaling
  // Bytes per element that a fused kernel sends through L2 between matrix and vector units; 0 where
  // they share buffers (Ascend 910: separate address spaces).
  base::Bytes handover;
};

// Parameters of the activity power model.
struct PowerParameters {
  base::Power limit;  // TDP of one device: where the clock gives way
  base::Power idle;
  base::Power active;  // extra while compute units are kept busy
  PerPrecision<base::EnergyPerWork> per_flop{};
  base::EnergyPerByte per_memory_byte;
  double cap_exponent = 3.0;  // alpha: speed = y^(1/alpha) below the cap
};

// One device: the numbers the kernel models need.
struct Device {
  std::string name;
  std::string vendor;
  int dies = 1;  // dies in this device
  int devices_per_package = 1;
  Peaks peaks;
  base::Bytes memory_capacity;  // nominal
  base::Bytes memory_usable;    // what a job can allocate
  base::Bandwidth memory_bandwidth;
  base::Bytes l2;
  base::Bandwidth l2_bandwidth;  // 0: not known
  int cores = 0;                 // enabled; 0: not known
  KernelParameters kernels;
  PowerParameters power;

  [[nodiscard]] bool has(Precision precision) const {
    return peaks.matrix[index_of(precision)].si() > 0;
  }
};

// A package.
struct Chip {
  std::string id;  // of its document, "ascend_910c"
  std::string name;
  std::string vendor;
  int dies = 1;
  Exposure exposure = Exposure::kUnified;
  base::Bandwidth die_to_die;  // per direction between two dies; 0 for one die
  base::Time die_to_die_latency;
  double die_to_die_efficiency = 1.0;
  double remote_share = 0;  // of a unified device's memory traffic, that crosses between its dies
  base::Area die_area;
  int cores_built = 0;  // per die; 0: not known
  int cores_enabled = 0;
  base::Rate clock;       // 0: not known
  int memory_stacks = 0;  // per package
  Device device;          // one of devices_per_package equal ones
  // How it is made, each number at its mode: a run that asks for it draws anew (design_of()).
  std::optional<manufacturing::Manufacturing> manufacturing;

  [[nodiscard]] int devices() const { return exposure == Exposure::kSplit ? dies : 1; }
};

// Reads a document of kind `chip`: figures under `die` and `memory` are per die, `power` per
// package. Errors go to `reading`.
Chip read_chip(const base::Document& document, base::Reading& reading);

// What the making of a chip needs to know of it, for manufacturing::read_manufacturing().
manufacturing::Design design_of(const Chip& chip);

}  // namespace weft::chips
