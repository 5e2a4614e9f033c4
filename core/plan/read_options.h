// Keys of a plan that say how ranks stand and exchange, and what lives elsewhere.
#pragma once

#include "weft/base/fields.h"
#include "weft/plan/space.h"

namespace weft::plan {

// Whether a key stands there with the word `auto`.
bool says_auto(const base::Fields& fields, const char* key);

// rank_order, context_exchange, optimizer_offload, activation_offload, each a value or `auto`, and
// gradient_bytes; errors go to the reading of `fields`. Does not finish them.
void read_options(base::Fields& fields, Request& request);

}  // namespace weft::plan
