// Writes down the order of one stage. Passes of a chunk come in the order of micro-batches, so that
// a schedule only says what kind of pass is next; passes of micro-batches that there are not are
// left out, which makes any schedule one for fewer micro-batches too.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "weft/plan/schedule.h"

namespace weft::plan {

class OrderWriter {
 public:
  OrderWriter(int chunks, std::int64_t micro_batches);

  void forward(int chunk);
  void backward(int chunk);
  void input_gradient(int chunk);
  // The oldest of a chunk that was put off.
  void weight_gradient(int chunk);
  // The oldest of all.
  void oldest_weight_gradient();
  void pair(int forward_chunk, int backward_chunk);

  // The next `operations` are a round of the steady state.
  void round(std::size_t operations);
  StageOrder finish();

 private:
  void put(Task task, int chunk, int micro_batch);
  [[nodiscard]] int next(std::vector<int>& counts, int chunk);

  int micro_batches_;
  std::vector<int> forwards_, backwards_;    // [chunk], begun so far
  std::deque<std::pair<int, int>> put_off_;  // chunk, micro-batch
  StageOrder order_;
};

// The schedules, one file each. A stage's order for `micro_batches` along each way, which are at
// least as many as the schedule needs for a round.
struct Stage {
  int index = 0;
  int stages = 1;
  int virtual_stages = 1;
  int micro_batches = 1;
};
void write_one_forward_one_backward(const Stage& stage, OrderWriter& order);
void write_gpipe(const Stage& stage, OrderWriter& order);
void write_zero_bubble_h1(const Stage& stage, OrderWriter& order);
void write_zero_bubble_h2(const Stage& stage, OrderWriter& order);
void write_zero_bubble_v(const Stage& stage, OrderWriter& order);
void write_dualpipe(const Stage& stage, OrderWriter& order);
void write_dualpipe_v(const Stage& stage, OrderWriter& order);

// With which numbers of micro-batches (per way) every stage has a round, and by how many a round
// moves on.
struct RoundLength {
  int least = 1;
  int step = 1;
};

}  // namespace weft::plan
