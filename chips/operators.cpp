#include <array>

#include "weft/chips/memory_bound.h"

namespace weft::chips {

namespace {

// In the order of Operator. Casts, scattered gradients and Adam count in FP32 elements.
constexpr std::array<OperatorCost, kOperatorCount> kCosts = {{
    {"copy", 1, 1, 0, 1},
    {"cast", 1, 0.5, 1, 1},  // FP32 to 16 bits
    {"add", 2, 1, 1, 1},
    {"bias", 1, 1, 1, 1},
    {"dropout", 1, 1, 6, 1},  // rounds of a counter-based generator, shared by four elements
    {"norm", 1, 1, 8, 1},
    {"activation", 2, 1, 10, 1},
    {"rotary", 1, 1, 6, 1},
    {"softmax", 1, 1, 8, 1},
    {"top_k", 1, 0, 4, 2},
    {"permute", 1, 1, 0, 2},  // the map of rows, the rows
    {"gather", 1, 1, 0, 1},
    {"scatter_add", 1.5, 1, 1, 1},  // a 16-bit gradient added to an FP32 one
    // Master weight and two moments both ways, the gradient read, the 16-bit weight written.
    {"adam", 4, 3.5, 15, 1},
}};

}  // namespace

const OperatorCost& cost_of(Operator op) { return kCosts[static_cast<std::size_t>(op)]; }

MemoryBound operator_shape(Operator op, double elements, double element_bytes, base::Bytes block) {
  const auto& cost = cost_of(op);
  MemoryBound shape;
  shape.traffic = base::Bytes(elements * element_bytes * (cost.reads + cost.writes));
  shape.vector_work = base::Work(elements * cost.work);
  shape.kernels = cost.kernels;
  shape.block = block;
  return shape;
}

}  // namespace weft::chips
