// A site's power limit as a cap on its devices. Internal to the room.
#pragma once

#include <functional>

#include "weft/study/run.h"

namespace weft::study {

// Finds the highest cap of all devices (parts of a mixed cluster at the same share of their range)
// at which the best plan draws no more than the limit: the plan is kept and the cap bisected, then
// the plan is looked for `again` at that cap, until both agree or a few rounds have passed, which
// the answer then says. `result` has the plan without a cap and gets plan, cap and power; no plan
// and a reason where even the lowest cap draws too much.
using SearchAgain = std::function<Search(const Case&)>;
void hold_limit(const workload::Job& job, const Case& study_case, const SearchAgain& again,
                CaseResult& result);

}  // namespace weft::study
