// What plans share, kept by the evaluator.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "stage_map.h"
#include "weft/plan/flat_table.h"
#include "weft/step/evaluator.h"

namespace weft::step {

// Energy of a layer's passes over one micro-batch, and the time in them that draws less than
// kernels do.
struct PassEnergy {
  base::Energy fixed;  // of kernels, and of what links send
  base::Time exposed;  // waits for communication
  base::Time host;     // waits for the host
  base::Time total;    // of the whole passes
};

struct Evaluator::Kinds {
  // One layer, by LayerKind: s.
  struct Layer {
    PassTimes pass;    // forward and backward
    double again = 0;  // s, what is made again before the backward pass
    base::Time again_window;
    Openings again_open;
  };
  std::array<Layer, 4> layers{};
  std::array<PassEnergy, 4> energy{}, again_energy{};
  interconnect::CollectiveCost transfer;
  base::Energy transfer_energy;  // of its bytes
  std::array<const LayerCost*, 4> costs{};
};

struct Evaluator::DataWork {
  struct Stage {
    DataParallelWork work;
    double layers = 0;
    base::Energy sent;  // energy of its bytes
  };
  std::vector<Stage> stages;  // by class
  base::Time tied;            // on stages with a table
};

struct Evaluator::Tables {
  // Fields that make no part of a key are the same in all plans of a number.
  std::vector<plan::Plan> rests;
  std::uint32_t rest = 0;  // of the last plan
  plan::FlatTable<2, Groups> groups;
  plan::FlatTable<2, Kinds> kinds;
  plan::FlatTable<1, StageMap> maps;
  plan::FlatTable<2, DataWork> work;
};

}  // namespace weft::step
