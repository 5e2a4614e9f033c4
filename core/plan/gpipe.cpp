// GPipe (Huang et al., arXiv 1811.06965): all forward passes, then all backward passes. It has two
// steady states, one after the other, and so no round; its end times are known without a replay.
#include "order_writer.h"

namespace weft::plan {

void write_gpipe(const Stage& s, OrderWriter& order) {
  for (int k = 0; k < s.micro_batches; ++k) order.forward(0);
  for (int k = 0; k < s.micro_batches; ++k) order.backward(0);
}

}  // namespace weft::plan
