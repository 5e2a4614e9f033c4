// GPipe (Huang et al., arXiv 1811.06965): all forward passes, then all backward passes.
//
// Each direction is a permutation flow shop with constant times, whose end times are closed: the
// critical path visits the stages in turn and spends all further micro-batches on the slowest one
// so far, so that micro-batch k leaves stage i at max over i of (way to i) + k · (slowest up to i).
#include <algorithm>
#include <cstddef>
#include <vector>

#include "index.h"
#include "schedules.h"

namespace weft::step {

namespace {

// One direction, micro-batch by micro-batch: cursor[i] holds stage i's end time. `order` maps the
// position on the way to the stage, `transfer` the sending stage to the delay of its results.
template <class Order, class Transfer>
void unfolded(const PipelineTimes& times, std::span<const double> durations, Order order,
              Transfer transfer, std::vector<double>& cursor) {
  for (std::int64_t k = 0; k < times.micro_batches; ++k) {
    for (int j = 0; j < times.stages; ++j) {
      auto& own = cursor[at(order(j))];
      if (j > 0) own = std::max(own, cursor[at(order(j - 1))] + transfer(at(order(j - 1))));
      own += durations[at(order(j))];
    }
  }
}

// The same in closed form. A path enters at a stage whose `cursor` is late, and stays at one stage
// for all further micro-batches.
template <class Order, class Transfer>
void folded(const PipelineTimes& times, std::span<const double> durations, Order order,
            Transfer transfer, std::vector<double>& cursor) {
  const auto further = static_cast<double>(times.micro_batches - 1);
  double first = 0;     // latest arrival of the first micro-batch at the end of this stage
  double with_all = 0;  // latest arrival when all further ones were spent at some stage up to here
  for (int j = 0; j < times.stages; ++j) {
    const double own = cursor[at(order(j))];
    const double duration = durations[at(order(j))];
    const double way = j > 0 ? transfer(at(order(j - 1))) : 0;
    const double arrives = j > 0 ? first + way : own;
    const double arrives_all = j > 0 ? with_all + way : own;
    first = std::max(arrives, own) + duration;
    with_all = std::max(arrives_all + duration, first + further * duration);
    cursor[at(order(j))] = with_all;
  }
}

}  // namespace

double replay_gpipe(const PipelineTimes& times, Folding folding, PipelineScratch& scratch) {
  auto& cursor = scratch.cursor;
  cursor.assign(times.start.begin(), times.start.end());
  const auto down = [](int j) { return j; };
  const auto up = [&times](int j) { return times.stages - 1 - j; };
  const auto forward = [&times](std::size_t sender) { return times.transfer_forward(sender); };
  const auto backward = [&times](std::size_t sender) { return times.transfer_backward(sender); };
  if (folding == Folding::kFolded) {
    folded(times, times.forward, down, forward, cursor);
    folded(times, times.backward, up, backward, cursor);
  } else {
    unfolded(times, times.forward, down, forward, cursor);
    unfolded(times, times.backward, up, backward, cursor);
  }
  double end = 0;
  for (int i = 0; i < times.stages; ++i) end = std::max(end, cursor[at(i)] + times.tail[at(i)]);
  return end;
}

}  // namespace weft::step
