// What a page shows of a case beyond its answer: what each stage holds, how much each tier carries,
// how fast each kernel runs. By the functions that the answer is made with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/chips/roofline.h"
#include "weft/plan/memory.h"
#include "weft/study/run.h"

namespace weft::details {

// One device of a pipeline stage.
struct StageMemory {
  plan::Memory memory;
  base::Bytes usable;
};
// Every stage, in their order. `c` as it ran (study::as_run).
std::vector<StageMemory> memory_by_stage(const workload::Job& job, const study::Case& c,
                                         const study::Outcome& outcome);

// Things that a tier joins.
struct Level {
  std::string name;         // "device", "host"; of units of a tier, the tier's name
  std::int64_t count = 1;   // in the part
  std::int64_t inside = 1;  // so many make one of the next level
};
struct TierUse {
  std::string name, link;
  base::Bandwidth bandwidth;  // of one device, one way, nominal, oversubscribed
  base::Bytes sent;           // by one device in a step, mean
  double load = 0;            // sent / (bandwidth · step)
  std::int64_t links = 0;
  // Of its switches, modules and cables: those of the campaign, in proportion to their numbers.
  double failures_per_week = 0;
};
// A part of a case's cluster from the inside out: one level more than tiers.
struct Network {
  std::string label;
  std::vector<Level> levels;
  std::vector<TierUse> tiers;
};
std::vector<Network> networks_of(const study::Case& c, const study::Outcome& outcome);

// One kind of kernel of a step. Of kernels that move data alone `flops` are of the vector units.
struct KernelUse {
  std::string name;  // "8192 × 10240 × 8192 matrix product, forward"
  bool is_matrix = false;
  double count = 0;             // in a step of one device, mean over the stages
  double flops = 0, bytes = 0;  // of one
  double time = 0;              // s, of one
  double share = 0;             // of the time of all kernels of layers

  [[nodiscard]] double intensity() const { return bytes > 0 ? flops / bytes : 0; }
  [[nodiscard]] double rate() const { return time > 0 ? flops / time : 0; }
};
// A device and the kernels of its layers, embedding and head; the largest share first. Kernels
// that the model has no name for (Software::residual) are not among them.
struct ChipUse {
  std::string chip;
  base::Bandwidth bandwidth;  // nominal
  chips::Roofline roofline;
  std::vector<KernelUse> kernels;
  double named = 0;  // s in a step, all of them, mean over the stages
};
// One a part of the cluster.
std::vector<ChipUse> chips_of(const workload::Job& job, const study::Case& c,
                              const study::Outcome& outcome);

}  // namespace weft::details
