// The zero-bubble schedules with one chunk (Qi et al., arXiv 2401.10241 §3): 1F1B whose weight
// gradients are put off until the stage would wait. Stage i runs behind by i of them (H1) or by 2 i
// (H2), so that all stages hold as many micro-batches as the first: p or 2 p - 1.
#include "order_writer.h"

namespace weft::plan {

namespace {

void write_zero_bubble(const Stage& s, int warm_up, int put_off, OrderWriter& order) {
  for (int k = 0; k < warm_up; ++k) order.forward(0);
  for (int k = 0; k + warm_up < s.micro_batches; ++k) {
    if (k == put_off) order.round(3);
    order.forward(0);
    order.input_gradient(0);
    if (k >= put_off) order.weight_gradient(0);
  }
  for (int k = 0; k < warm_up; ++k) {
    order.input_gradient(0);
    order.weight_gradient(0);
  }
  for (int k = 0; k < put_off; ++k) order.weight_gradient(0);
}

}  // namespace

void write_zero_bubble_h1(const Stage& s, OrderWriter& order) {
  write_zero_bubble(s, s.stages - s.index - 1, s.index, order);
}

void write_zero_bubble_h2(const Stage& s, OrderWriter& order) {
  write_zero_bubble(s, 2 * (s.stages - s.index - 1), 2 * s.index, order);
}

}  // namespace weft::plan
