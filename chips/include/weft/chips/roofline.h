// The roofs of a device, and what becomes of them when cores are disabled, clocks lowered, or the
// dies of a package seen as one.
#pragma once

#include <vector>

#include "weft/chips/chip.h"

namespace weft::chips {

// One horizontal roof and where it meets the slanted one.
struct Roof {
  Precision precision = Precision::kBf16;
  base::WorkRate peak;      // nominal
  base::WorkRate achieved;  // of a large GEMM
  double ridge = 0;         // FLOP per byte at which `achieved` meets `bandwidth`
};
struct Roofline {
  base::Bandwidth bandwidth;  // achieved by long streams
  std::vector<Roof> roofs;    // of the formats that the device has, fastest last
  base::WorkRate vector_fp32;
};
Roofline roofline(const Device& device);

// The rate at `intensity` FLOP per byte: the p-norm of both roofs, as large GEMMs see it.
base::WorkRate attainable(const Device& device, Precision precision, double intensity);

// A bin of a chip: fewer cores, another clock. Matrix, vector and L2 roofs, the time of a softmax
// and active power go with both; memory, idle power and the limit stay. Throws
// std::invalid_argument when `cores` (per die) is not within 1 ... cores built, or the chip's own
// number or clock, which scale it, is not known; what stays as it is need not be known.
Chip binned(const Chip& chip, int cores, base::Rate clock);

// The package as one device, `remote_share` of its memory traffic crossing between the dies
// ((dies - 1)/dies: pages spread evenly). The bridge bounds the memory bandwidth: each direction of
// it carries remote_share/2 of all bytes of two dies. Of a package that is one device already only
// the bridge is looked at. Throws std::invalid_argument for one die or a share beyond 0 ... 1.
Chip unified(const Chip& chip, double remote_share);

}  // namespace weft::chips
