// The power of a cluster part by part, for a person at a terminal, within 100 columns.
#pragma once

#include <string>

#include "weft/cluster/cluster.h"
#include "weft/report/terminal.h"

namespace weft::report {

// IT power of one unit of a cluster (a rack, a pod, a host): idle, with all devices at their limit
// and as a nameplate. What a site adds is not in it.
std::string power_table(const cluster::Cluster& cluster, Colour colour);

}  // namespace weft::report
