// `weft memory STUDY`: what the stages of a plan hold, over time, and what would make it fit.
#pragma once

#include <string>
#include <vector>

#include "weft/plan/memory.h"
#include "weft/plan/remedy.h"
#include "weft/plan/timeline.h"
#include "weft/study/run.h"
#include "weft/workload/saved_tensors.h"

namespace weft::study {

// What one layer of a kind keeps of one micro-batch.
struct LayerTensors {
  std::string name;  // "dense layer"
  int layers = 0;    // of the fullest stage
  workload::SavedTensors tensors;
  workload::Modules recomputed;  // in the layers that are made again
};

// A change that makes a plan fit, and what a step then takes (F2).
struct TimedRemedy {
  plan::Remedy remedy;
  base::Time step;
  double step_ratio = 1;  // to a step of the plan itself, if it fitted
};
// plan::remedies(), the shortest step first.
std::vector<TimedRemedy> remedies_by_time(const workload::Job& job, const Case& study_case,
                                          const plan::Plan& plan);
// "micro_batch: 1 (saves 20.1 GB, step +1.3 %)".
std::string remedy_text(const TimedRemedy& remedy);
// What does not fit, and what would at the least time.
std::string misfit_text(const workload::Job& job, const Case& study_case, const plan::Plan& plan);

struct MemoryCase {
  const Case* study_case = nullptr;
  plan::Plan plan;
  std::vector<plan::Memory> stages;  // [pipeline]
  int fullest = 0;
  std::vector<LayerTensors> layers;
  bool fits = true;
  plan::Misfit misfit;                // where it does not
  std::vector<TimedRemedy> remedies;  // where it does not
  std::string reason;                 // why there is no plan; the rest is then empty
};

// The given plan of each case, whether or not it fits, or the one that a search finds. Throws
// base::InputError where a given plan breaks another rule than memory.
std::vector<MemoryCase> memory_of(const Study& study, const base::ThreadTeam& team);

}  // namespace weft::study
