#include "weft/step/pipeline.h"

#include <algorithm>
#include <cstddef>

#include "schedules.h"

namespace weft::step {

double replay(const PipelineTimes& times, Folding folding, PipelineScratch& scratch) {
  if (times.schedule == plan::Schedule::kGPipe) return replay_gpipe(times, folding, scratch);
  return replay_one_forward_one_backward(times, folding, scratch);
}

double closed_form(const PipelineTimes& times) {
  const auto stages = static_cast<std::size_t>(times.stages);
  const auto micro_batches = static_cast<double>(times.micro_batches);
  double bound = 0;
  double way_there = times.start[0];  // first micro-batch's arrival at the stage
  double way_back = 0;                // from this stage's last pass until all before it have ended
  for (std::size_t i = 0; i < stages; ++i) {
    double work = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(times.chunks); ++c) {
      work += times.forward[c * stages + i] + times.backward[c * stages + i];
    }
    if (i > 0) {
      way_there = std::max(way_there + times.forward[i - 1] + times.transfer, times.start[i]);
      way_back += times.transfer + times.backward[i - 1];
    }
    way_back = std::max(way_back, times.tail[i]);
    bound = std::max(bound, way_there + micro_batches * work + way_back);
  }
  return bound;
}

}  // namespace weft::step
