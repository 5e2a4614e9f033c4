// The nodes of a stage: those of each of its ranks, but for who the others are. Internal to the
// room.
#pragma once

#include <cstdint>
#include <vector>

#include "layer_work.h"
#include "teams.h"
#include "weft/chakra/trace.h"
#include "weft/step_chakra/step_chakra.h"

namespace weft::step_chakra {

struct StageNode {
  chakra::Operation operation;  // its id is its place in the list; no group or peer
  Team team = Team::kNone;      // of a collective
  int peer = 0;                 // of a send or receive: the other stage
  std::vector<std::uint64_t> data, control;
};

std::vector<StageNode> nodes_of_stage(const TracedStep& step, int stage, LayerWork& work);

}  // namespace weft::step_chakra
