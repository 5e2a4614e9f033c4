// Keys of a plan that say what is made again in the backward pass.
#pragma once

#include "weft/base/fields.h"
#include "weft/plan/space.h"

namespace weft::plan {

// recompute (a name, or a list of modules), recompute_layers, recompute_group; errors go to the
// reading of `fields`. Does not finish them.
void read_recompute(base::Fields& fields, Request& request);

}  // namespace weft::plan
