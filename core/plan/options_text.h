// What a plan says beside its degrees, as a reader sees it; empty where it keeps to the defaults.
#pragma once

#include <string>

#include "weft/plan/plan.h"

namespace weft::plan {

// " all-gather", behind the context ranks.
std::string exchange_text(const Plan& plan);
// " order TP-PP-DP-CP optimizer 50 % on host".
std::string options_text(const Plan& plan);

}  // namespace weft::plan
