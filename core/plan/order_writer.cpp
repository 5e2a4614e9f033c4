#include "order_writer.h"

#include <algorithm>
#include <limits>

namespace weft::plan {

OrderWriter::OrderWriter(int chunks, std::int64_t micro_batches)
    : micro_batches_(
          static_cast<int>(std::min<std::int64_t>(micro_batches, std::numeric_limits<int>::max()))),
      forwards_(static_cast<std::size_t>(chunks)),
      backwards_(static_cast<std::size_t>(chunks)) {}

int OrderWriter::next(std::vector<int>& counts, int chunk) {
  return counts[static_cast<std::size_t>(chunk)]++;
}

void OrderWriter::put(Task task, int chunk, int micro_batch) {
  if (micro_batch < micro_batches_) order_.operations.push_back({task, chunk, micro_batch, 0, 0});
}

void OrderWriter::forward(int chunk) { put(Task::kForward, chunk, next(forwards_, chunk)); }

void OrderWriter::backward(int chunk) { put(Task::kBackward, chunk, next(backwards_, chunk)); }

void OrderWriter::input_gradient(int chunk) {
  const int micro_batch = next(backwards_, chunk);
  put_off_.emplace_back(chunk, micro_batch);
  put(Task::kInputGradient, chunk, micro_batch);
}

void OrderWriter::weight_gradient(int chunk) {
  const auto found = std::find_if(put_off_.begin(), put_off_.end(),
                                  [chunk](const auto& one) { return one.first == chunk; });
  if (found == put_off_.end()) return;
  put(Task::kWeightGradient, chunk, found->second);
  put_off_.erase(found);
}

void OrderWriter::oldest_weight_gradient() {
  if (!put_off_.empty()) weight_gradient(put_off_.front().first);
}

void OrderWriter::pair(int forward_chunk, int backward_chunk) {
  const int forth = next(forwards_, forward_chunk);
  const int back = next(backwards_, backward_chunk);
  if (forth < micro_batches_ && back < micro_batches_) {
    order_.operations.push_back({Task::kPair, forward_chunk, forth, backward_chunk, back});
    return;
  }
  put(Task::kForward, forward_chunk, forth);
  put(Task::kBackward, backward_chunk, back);
}

void OrderWriter::round(std::size_t operations) {
  order_.round_begin = order_.operations.size();
  order_.round_end = order_.round_begin + operations;
}

StageOrder OrderWriter::finish() { return std::move(order_); }

}  // namespace weft::plan
