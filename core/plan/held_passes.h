// How many passes the stages of a pipeline hold at once, with stages of the same content together.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/plan/plan.h"
#include "weft/workload/model.h"

namespace weft::plan {

// Chunks of one kind in a stage.
struct HeldChunk {
  Chunk chunk;
  int times = 0;
};

// A moment at which no other holds as much of everything. By HeldChunk: passes that wait for their
// backward pass, and for their weight gradient.
struct HeldPasses {
  std::vector<double> kept;
  std::vector<double> put_off;
};

struct StageKind {
  std::vector<HeldChunk> chunks;
  std::vector<HeldPasses> most;  // over all stages of this content
  int part = 0;                  // of a mixed cluster
};

// Walks the order of every stage. Does not depend on sizes in bytes.
std::vector<StageKind> stage_kinds(const Plan& plan, const workload::Model& model,
                                   std::int64_t micro_batches);

}  // namespace weft::plan
