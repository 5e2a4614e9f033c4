// Which part of a mixed cluster each stage is on. Internal to the room.
#pragma once

#include "weft/plan/space.h"

namespace weft::plan {

// Reads `parts: [0, 0, 1]`, of each stage, or `part_stages: [2, 1]`, of each part, and sets the
// pipeline to as many stages where it is open.
void read_parts(base::Fields& fields, Request& request, const cluster::Cluster& cluster);

}  // namespace weft::plan
