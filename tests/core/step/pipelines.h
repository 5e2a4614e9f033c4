// Pipelines with made-up times.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "weft/step/pipeline.h"

namespace weft::step::pipelines {

using plan::Schedule;

// Owns the times that PipelineTimes looks at.
struct Pipeline {
  int stages = 1;
  int chunks = 1;
  std::int64_t micro_batches = 1;
  Schedule schedule = Schedule::kOneForwardOneBackward;
  std::vector<double> forward, backward, weight, start, tail, overlapped;
  double transfer = 0;
  std::vector<double> hands_forward, hands_backward;  // in its place
  plan::GivenOrder order;

  // Equal stages; `w` of the `b` of a backward pass are weight gradients.
  static Pipeline uniform(int stages, int chunks, std::int64_t micro_batches, double f, double b,
                          double w = 0) {
    Pipeline p;
    p.stages = stages;
    p.chunks = chunks;
    p.micro_batches = micro_batches;
    const auto all = static_cast<std::size_t>(stages) * static_cast<std::size_t>(chunks);
    p.forward.assign(all, f);
    p.backward.assign(all, b);
    p.weight.assign(all, w);
    p.start.assign(static_cast<std::size_t>(stages), 0.0);
    p.tail.assign(static_cast<std::size_t>(stages), 0.0);
    return p;
  }
  static Pipeline of(Schedule schedule, int stages, std::int64_t micro_batches, double f, double b,
                     double w) {
    const int chunks = std::max(plan::traits_of(schedule).virtual_stages, 1);
    auto p = uniform(stages, chunks, micro_batches, f, b, w);
    p.schedule = schedule;
    return p;
  }
  [[nodiscard]] PipelineTimes times() const {
    return {stages, chunks,   micro_batches, schedule,   forward, backward,      start,
            tail,   transfer, weight,        overlapped, &order,  hands_forward, hands_backward};
  }
  [[nodiscard]] double end(Folding folding) const {
    PipelineScratch scratch;
    return replay(times(), folding, scratch);
  }
  [[nodiscard]] double bound() const {
    PipelineScratch scratch;
    return closed_form(times(), scratch);
  }
  // What the busiest stage waits.
  [[nodiscard]] double bubble() const {
    std::vector<double> busy(static_cast<std::size_t>(stages));
    const auto shape = times().shape();
    for (int i = 0; i < stages; ++i) {
      for (int c = 0; c < shape.chunks(); ++c) {
        const auto vs = static_cast<std::size_t>(shape.virtual_stage(i, c));
        busy[static_cast<std::size_t>(i)] += forward[vs] + backward[vs];
      }
    }
    const auto most = *std::max_element(busy.begin(), busy.end());
    return end(Folding::kFolded) - static_cast<double>(shape.micro_batches_per_way()) * most;
  }
};

inline const std::vector<Schedule> kZeroBubble = {Schedule::kZeroBubbleH1, Schedule::kZeroBubbleH2,
                                                  Schedule::kZeroBubbleV, Schedule::kDualPipe,
                                                  Schedule::kDualPipeV};

// Stage times that differ by up to `spread`, the way an embedding, a head or an uneven split make
// them; any schedule.
inline Pipeline random_pipeline(std::mt19937& random, double spread) {
  const auto below = [&random](int n) { return static_cast<int>(random() % unsigned(n)); };
  std::uniform_real_distribution<double> share(0.0, 1.0);
  const auto schedule = static_cast<Schedule>(below(plan::kScheduleCount - 1));
  int stages = 1 + below(8);
  std::int64_t micro_batches = 1 + below(120);
  if (plan::traits_of(schedule).splits_backward) ++stages;
  if (schedule == Schedule::kDualPipe) stages += stages % 2;
  if (schedule == Schedule::kDualPipe) micro_batches += micro_batches % 2;
  auto p = Pipeline::of(schedule, stages, micro_batches, 1.0, 2.0, 1.0);
  if (schedule == Schedule::kOneForwardOneBackward && stages > 1 && below(2) == 0) {
    p = Pipeline::uniform(stages, 2 + below(3), stages * (1 + below(20)), 1.0, 2.0, 1.0);
  }
  for (auto* values : {&p.forward, &p.backward, &p.weight}) {
    for (auto& value : *values) value *= 1 + spread * share(random);
  }
  for (std::size_t k = 0; k < p.weight.size(); ++k) {
    p.weight[k] = std::min(p.weight[k], p.backward[k]);
  }
  for (auto& value : p.start) value = spread * share(random);
  for (auto& value : p.tail) value = 3 * spread * share(random);
  if (below(3) == 0) p.transfer = 0.2 * share(random);
  if (below(3) == 0) {
    for (std::size_t k = 0; k < p.forward.size(); ++k) {
      p.hands_forward.push_back(0.4 * share(random));
      p.hands_backward.push_back(0.4 * share(random));
    }
  }
  if (below(4) == 0) {
    for (const double forward : p.forward) {
      for (int c = 0; c < p.times().shape().chunks(); ++c) {
        p.overlapped.push_back(forward + 1 + share(random));
      }
    }
  }
  return p;
}

}  // namespace weft::step::pipelines
