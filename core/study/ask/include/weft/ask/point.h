// What is different when a question is asked again.
#pragma once

#include <string>
#include <vector>

#include "weft/base/change.h"

namespace weft::ask {

using base::Change;
using base::Changed;
using base::changed;
using base::require_used;

struct Point {
  std::vector<Change> changes;  // the last one of a path counts
  // Values of Question::inputs(), one each, SI; empty: all at their modes.
  std::vector<double> draws;
};

// Whether a path is of the job, the plan or the search. What differs in such values alone is asked
// again several times faster: clusters stay as they were read.
bool is_light(const std::string& path);

}  // namespace weft::ask
