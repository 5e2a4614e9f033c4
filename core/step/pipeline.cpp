#include "weft/step/pipeline.h"

#include "schedules.h"

namespace weft::step {

double replay(const PipelineTimes& times, Folding folding, PipelineScratch& scratch) {
  if (times.schedule == plan::Schedule::kGPipe) return replay_gpipe(times, folding, scratch);
  return replay_order(times, folding, scratch);
}

}  // namespace weft::step
