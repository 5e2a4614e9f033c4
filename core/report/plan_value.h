// Plans and ledgers as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "weft/plan/plan.h"
#include "weft/step/ledger.h"

namespace weft::report {

// What differs from the defaults of a plan's less common fields is named; the others always.
nlohmann::ordered_json plan_json(const plan::Plan& plan);
// Seconds by part.
nlohmann::ordered_json parts_json(const step::Ledger& ledger);

}  // namespace weft::report
