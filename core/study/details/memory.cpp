#include "weft/details/step_details.h"

namespace weft::details {

std::vector<StageMemory> memory_by_stage(const workload::Job& job, const study::Case& c,
                                         const study::Outcome& outcome) {
  std::vector<StageMemory> stages;
  for (const auto& memory : plan::memory_of_stages(job, c.software, outcome.plan)) {
    stages.push_back({memory, c.cluster.part(memory.part).device().memory_usable});
  }
  return stages;
}

}  // namespace weft::details
