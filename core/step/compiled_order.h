// A schedule as flat lists, in an order in which every input comes before what needs it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "weft/plan/schedule.h"
#include "weft/step/pipeline.h"

namespace weft::step {

// A forward or backward pass of one virtual stage of one way, over all micro-batches.
struct Result {
  std::int32_t row = -1;  // -1: none
  std::int32_t micro_batch = 0;
};

struct CompiledOperation {
  std::int32_t stage = 0;
  std::array<std::int32_t, 2> durations{};  // their sum is how long it takes
  // Ends of passes on other stages that it waits for, and the ends that it gives.
  std::array<Result, 2> inputs;
  std::array<Result, 2> outputs;
};

// `operations` are heads up to `head`, one round up to `round`, then tails; a further round has
// micro-batches `step` higher.
struct CompiledOrder {
  std::vector<CompiledOperation> operations;
  std::size_t head = 0;
  std::size_t round = 0;
  std::int64_t rounds = 0;
  int step = 1;
  int rows = 0;
  std::uint32_t window = 1;  // micro-batches of a row that are remembered; a power of two
  // Rounds that lie between a result and the last operation that waits for it.
  int lag = 0;

  [[nodiscard]] std::size_t round_length() const { return round - head; }
};

// From the cache of `scratch`, with `rounds` for these micro-batches.
std::shared_ptr<const CompiledOrder> compiled_order(const PipelineTimes& times,
                                                    PipelineScratch& scratch, std::int64_t& rounds);

// Fills scratch.durations and scratch.delays.
void set_durations(const PipelineTimes& times, PipelineScratch& scratch);

}  // namespace weft::step
