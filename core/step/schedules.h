// The schedules of this room, one file each; pipeline.cpp picks one.
#pragma once

#include "weft/step/pipeline.h"

namespace weft::step {

double replay_one_forward_one_backward(const PipelineTimes& times, Folding folding,
                                       PipelineScratch& scratch);
double replay_gpipe(const PipelineTimes& times, Folding folding, PipelineScratch& scratch);

}  // namespace weft::step
