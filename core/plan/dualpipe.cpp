// DualPipe (DeepSeek-AI, arXiv 2412.19437 §3.2.1, deepseek-ai/DualPipe @89f5de1) and DualPipeV.
//
// Micro-batches enter at both ends of the pipeline and meet; a stage does the forward pass of one
// way beside the backward pass of the other. Seen from its own end each half of DualPipe is a
// DualPipeV: chunk 0 comes from the near end, chunk 1 from the far one or, in DualPipeV, back from
// the turn.
#include "order_writer.h"

namespace weft::plan {

namespace {

// `near` and `far` are chunks; `depth` stages lie on this side of the middle, `index` before this
// one.
void write_half(int index, int depth, int micro_batches, int near, int far, OrderWriter& order) {
  const int ahead = depth - index - 1;
  for (int k = 0; k < 2 * ahead; ++k) order.forward(near);
  for (int k = 0; k <= index; ++k) {
    order.forward(near);
    order.forward(far);
  }
  for (int k = 0; k < ahead; ++k) {
    order.input_gradient(far);
    order.weight_gradient(far);
    order.forward(far);
  }
  for (int k = 0; k < micro_batches - 2 * depth + index + 1; ++k) {
    if (k == index + 1) order.round(2);
    if (k == 0 && ahead == 0) {
      // The two that meet first are not interwoven, so that the far stage can go on.
      order.forward(near);
      order.backward(far);
    } else {
      order.pair(near, far);
    }
    order.pair(far, near);
  }
  for (int k = 0; k < ahead; ++k) {
    order.backward(far);
    order.pair(far, near);
  }
  // The second half of these put their weight gradients off.
  for (int k = 0; k < 2 * (index + 1); ++k) {
    const int chunk = k % 2 == 0 ? far : near;
    k > index ? order.input_gradient(chunk) : order.backward(chunk);
  }
  for (int k = 0; k < ahead; ++k) {
    order.oldest_weight_gradient();
    order.input_gradient(near);
  }
  for (int k = 0; k <= index; ++k) order.oldest_weight_gradient();
}

}  // namespace

void write_dualpipe(const Stage& s, OrderWriter& order) {
  const int half = s.stages / 2;
  if (s.index < half) {
    write_half(s.index, half, s.micro_batches, 0, 1, order);
  } else {
    write_half(s.stages - 1 - s.index, half, s.micro_batches, 1, 0, order);
  }
}

void write_dualpipe_v(const Stage& s, OrderWriter& order) {
  write_half(s.index, s.stages, s.micro_batches, 0, 1, order);
}

}  // namespace weft::plan
