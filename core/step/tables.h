// What plans share, kept by the evaluator.
#pragma once

#include <cstdint>
#include <vector>

#include "part_prices.h"
#include "stage_map.h"
#include "weft/plan/flat_table.h"
#include "weft/step/evaluator.h"

namespace weft::step {

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
  plan::FlatTable<1, StageMap> maps;
  plan::FlatTable<2, DataWork> work;
};

}  // namespace weft::step
