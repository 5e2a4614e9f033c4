// Where prices come from. Internal to the room.
#pragma once

#include <vector>

#include "weft/base/catalog.h"
#include "weft/cost/question.h"

namespace weft::cost {

// Adds what the money of a case hangs on, as far as it is not there yet: purchase and rental
// prices, tariffs, finance, exchange rates, carbon. What the terms say instead of it is left out.
void add_price_facts(const Case& one, const Terms& terms, const base::Catalog& catalog,
                     std::vector<PriceFact>& facts);

// Adds the terms of a study as they are written, but for the labs.
void add_study_facts(const base::Document& study, std::vector<PriceFact>& facts);

}  // namespace weft::cost
