// Keys of a plan that would change nothing, or that the cluster cannot do.
#pragma once

#include "weft/base/fields.h"
#include "weft/plan/space.h"

namespace weft::plan {

// Errors at their values.
void check_effects(base::Fields& fields, const Request& request, const workload::Job& job,
                   const cluster::Cluster& cluster);

}  // namespace weft::plan
