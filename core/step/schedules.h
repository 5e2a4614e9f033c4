// Ways to replay a schedule; pipeline.cpp picks one.
#pragma once

#include <vector>

#include "compiled_order.h"
#include "weft/step/pipeline.h"

namespace weft::step {

// Any schedule, from its order.
double replay_order(const PipelineTimes& times, Folding folding, PipelineScratch& scratch);
// Any schedule, GPipe too, not folded: also when each operation starts, [stage][in its order], s.
double replay_starts(const PipelineTimes& times, PipelineScratch& scratch,
                     std::vector<std::vector<double>>& starts);
// Its head and some rounds only: scratch.cursor and scratch.begin are of that moment. Needs
// set_durations().
void replay_begin(const CompiledOrder& order, std::int64_t rounds, const PipelineTimes& times,
                  PipelineScratch& scratch);
// GPipe, whose end times are known.
double replay_gpipe(const PipelineTimes& times, Folding folding, PipelineScratch& scratch);

}  // namespace weft::step
