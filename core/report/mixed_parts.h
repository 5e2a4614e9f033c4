// What lies on the parts of a mixed cluster. Internal to the room.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "weft/study/run.h"

namespace weft::report {

// "MindSpeed-LLM + Megatron-Core", each once.
std::string software_names(const workload::Software& software);

// One part of a case with a plan; "-" where the case has no such part.
struct PartCells {
  std::string chip;     // "Ascend 910B2"
  std::string devices;  // "96 used, 32 idle"
  std::string layers;   // of its stages: "3 x 20, 19"
  std::string memory;   // "52.1 GB of 65.5 GB"
  std::string waits;    // "3.2 % of the step"
  std::string power;    // "402 W a device"
};
PartCells part_cells(const study::Case& study_case, const study::Outcome& outcome, int part);

// The same for programs, one entry a part.
nlohmann::ordered_json parts_of_cluster_json(const study::Case& study_case,
                                             const study::Outcome& outcome);

}  // namespace weft::report
