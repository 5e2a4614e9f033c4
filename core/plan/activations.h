// What a pipeline stage keeps from forward to backward, and what it works in.
#pragma once

#include "weft/base/quantity.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"
#include "weft/workload/model.h"

namespace weft::plan {

// What one micro-batch keeps of one chunk: until its backward pass, and from its input gradient to
// its weight gradient that is put off. The head's weight gradient is not put off.
struct ChunkBytes {
  base::Bytes kept;  // on the device
  base::Bytes head;
  base::Bytes put_off;
  base::Bytes away;  // on the host
};
ChunkBytes chunk_bytes(const Plan& plan, const MemoryParts& parts, const Chunk& chunk);
ChunkBytes chunk_bytes(const workload::Job& job, const Plan& plan, const MemoryParts& parts,
                       int virtual_stage);

// What all micro-batches in flight keep at most, logits included.
struct Held {
  base::Bytes device;
  base::Bytes host;
};
Held activations_of_stage(const workload::Job& job, const Plan& plan, const MemoryParts& parts,
                          int stage);

// Layers of a stage by kind, and what its ends add.
struct StageLayers {
  int dense = 0, moe = 0;
  int recomputed_dense = 0, recomputed_moe = 0;
  int heads = 0;  // the head, and one for each layer of multi-token prediction
  void add(const Chunk& chunk, int times);
};
StageLayers layers_of_stage(const workload::Model& model, const Plan& plan, int stage);

// What is held for a while. In every pass: gathered inputs and weights. In a backward pass besides:
// dummies of weight gradients, and the larger of the loss and of one layer at work, made again
// first if it must.
struct Buffers {
  base::Bytes any_pass;
  base::Bytes backward;
  [[nodiscard]] base::Bytes all() const { return any_pass + backward; }
};
Buffers buffers_of_stage(const workload::Job& job, const workload::Software& software,
                         const Plan& plan, const MemoryParts& parts, const StageLayers& layers);

// All that the memory of a stage is summed up from besides MemoryParts.
struct StageContent {
  workload::ShardedParameters parameters;
  StageLayers layers;
  Held held;
};
// memory_of_stage() when the content is known; Memory::stage is 0.
Memory memory_of_content(const workload::Job& job, const workload::Software& software,
                         const Plan& plan, const StageContent& content, const StateBytes& state,
                         const MemoryParts& parts);

}  // namespace weft::plan
