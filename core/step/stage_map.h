// What the stages of a pipeline hold, with stages that are alike looked at once.
#pragma once

#include <vector>

#include "weft/plan/plan.h"
#include "weft/step/layer_cost.h"
#include "weft/workload/model.h"

namespace weft::step {

// No stage needs a result.
inline constexpr int kNobody = -1;

// A virtual stage: its layers, the part of the cluster that it is on, and those on which other
// stages need its results.
struct ChunkClass {
  plan::Chunk chunk;
  int part = 0;
  int forward_to = kNobody;
  int backward_to = kNobody;
  std::vector<ChunkPart> parts;  // those with layers
};

// A stage holds chunks of classes, each so many times.
struct Holding {
  int chunk = 0;
  int times = 0;
};
struct StageClass {
  std::vector<Holding> held;  // with both copies of the model where there are two
  int first = 0;              // class of its first chunk
  int part = 0;
  bool has_table = false;     // the first or the last stage
  std::vector<int> in_order;  // classes of its chunks
};

// Neighbours of one class.
struct StageRun {
  int stage = 0;  // class
  int count = 0;
};

struct StageMap {
  std::vector<ChunkClass> chunks;
  std::vector<StageClass> stages;
  std::vector<StageRun> runs;
  std::vector<int> chunk_of;  // [virtual stage]
  std::vector<int> stage_of;  // [stage]
};

StageMap stage_map(const plan::Plan& plan, const workload::Model& model);

}  // namespace weft::step
