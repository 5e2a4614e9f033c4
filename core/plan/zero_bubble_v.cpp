// ZB-V (Qi et al., arXiv 2405.15362 §4 and the appendix of arXiv 2401.10241; the order of PyTorch's
// ScheduleZBVZeroBubble): two chunks on the way there and back, 2 p of them held by every stage.
#include "order_writer.h"

namespace weft::plan {

void write_zero_bubble_v(const Stage& s, OrderWriter& order) {
  const int behind = s.stages - s.index;  // stages from here to the turn
  const auto whole_backward = [&order](int chunk) {
    order.input_gradient(chunk);
    order.weight_gradient(chunk);
  };
  for (int k = 0; k < 2 * behind - 1; ++k) order.forward(0);
  for (int k = 0; k < s.index; ++k) {
    order.forward(1);
    order.forward(0);
  }
  for (int k = 0; k < behind; ++k) {
    order.forward(1);
    whole_backward(1);
  }
  const int begun = behind - 1 + s.stages;  // forward passes of the first chunk so far
  for (int k = 0; k + s.stages < s.micro_batches; ++k) {
    if (k == s.index) order.round(6);
    if (begun + k < s.micro_batches) order.forward(0);
    whole_backward(0);
    order.forward(1);
    whole_backward(1);
  }
  for (int k = 0; k < s.index; ++k) {
    order.input_gradient(0);
    order.input_gradient(1);
  }
  for (int k = 0; k < behind; ++k) whole_backward(0);
  for (int k = 0; k < s.index; ++k) order.weight_gradient(1);
  for (int k = 0; k < s.index; ++k) order.weight_gradient(0);
}

}  // namespace weft::plan
