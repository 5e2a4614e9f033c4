// Plans that were found stand for those that a study leaves open. Internal to the room.
#pragma once

#include <optional>
#include <vector>

#include "weft/study/run.h"

namespace weft::ask {

// By case; none: that case had no plan.
using KeptPlans = std::vector<std::optional<plan::Plan>>;

// The study with the plans that were found in place of what is searched. Throws base::InputError.
void keep(study::Study& study, const KeptPlans& kept);

}  // namespace weft::ask
