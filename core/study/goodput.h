// Weeks of a run inside `weft run`.
#pragma once

#include <span>

#include "weft/campaign/campaign.h"
#include "weft/study/run.h"

namespace weft::study {

// The closed form where it is valid for the campaign, else means over runs that the engine plays,
// with degraded states at the speed that the step has in them. `outcome` has its plan, its ledger
// its devices in use and its parts. A population brings weak devices and lemons along
// (unlike_fleet.h), and is then played. A run that takes more than 20 times its work makes no
// progress.
campaign::Goodput goodput_of(std::span<const campaign::PartInUse> parts, const workload::Job& job,
                             const Case& study_case, const Outcome& outcome);

}  // namespace weft::study
