// The best legal plan of a job on a cluster.
#pragma once

#include <optional>

#include "weft/base/parallel.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/space.h"
#include "weft/step/evaluator.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::study {

struct Search {
  std::optional<plan::Plan> best;  // shortest step (F2); ties go to the first in the space
  plan::SpaceCount count;
  std::size_t replayed = 0;  // plans whose F1 did not exceed the best so far
};

// Exact over the space of legal plans: F1 is a lower bound of F2, and every plan whose F1 is not
// above the incumbent is replayed. The same result for any number of threads.
Search best_plan(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software, const plan::Request& request,
                 const base::ThreadTeam& team);

}  // namespace weft::study
