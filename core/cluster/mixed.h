// Clusters of several parts. Internal to the room.
#pragma once

#include <functional>

#include "weft/cluster/cluster.h"

namespace weft::cluster {

// Reads {mixed: [...], between: {...}}, each part by `read_part`.
Cluster read_mixed(base::Fields& use, const base::Catalog& catalog,
                   const std::function<Cluster(base::Fields&, const base::Catalog&)>& read_part);

}  // namespace weft::cluster
