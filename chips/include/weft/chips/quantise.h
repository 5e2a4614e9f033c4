// Casts to narrow formats: read 16 bits, find the scale, write the narrow element.
//
//   t = t0(scaling) + elements · traffic(scaling) / (e_m·bandwidth)
//
// A scale per tensor needs a pass over it first (5 bytes per element: two reads of 2, a write of
// 1); a scale per block does not (3 bytes). Fitted to FP8 and FP4 GEMMs measured with the cast of
// their activations (ai-dynamo/aiconfigurator @095f58a).
#pragma once

#include "weft/chips/kernel_cost.h"

namespace weft::chips {

struct Quantise {
  double elements = 0;
  Precision to = Precision::kFp8;
};
// Nothing for formats that are not narrow.
KernelCost quantise(const Device& device, const OperatingPoint& point, const Quantise& shape);

}  // namespace weft::chips
