// 1F1B and its interleaved form (Narayanan et al., arXiv 2104.04473 §2.2; Megatron-Core's order).
#include "order_writer.h"

namespace weft::plan {

// Chunks take turns of `stages` micro-batches; backward passes begin with the last chunk.
void write_one_forward_one_backward(const Stage& s, OrderWriter& order) {
  const int p = s.stages;
  const int v = s.virtual_stages;
  const int steps = s.micro_batches * v;
  const int behind = p - s.index - 1;
  const int warm_up = v == 1 ? behind : 2 * behind + (v - 1) * p;
  const auto turn = [&](int step) { return v == 1 ? 0 : step / p % v; };
  const int length = v == 1 ? 1 : p * v;
  for (int k = 0; k < warm_up && k < steps; ++k) order.forward(turn(k));
  for (int k = 0; k < steps; ++k) {
    if (k == s.index) order.round(2 * static_cast<std::size_t>(length));
    if (warm_up + k < steps) order.forward(turn(warm_up + k));
    order.backward(v - 1 - turn(k));
  }
}

}  // namespace weft::plan
