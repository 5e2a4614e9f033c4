// The `power` of a host. Internal to the room.
#pragma once

#include "weft/cluster/cluster.h"

namespace weft::cluster {

// power: {training: W, idle: W, limit: W, parts: {cpus: {idle:, training:, limit:}, memory:, nics:,
// switches:, storage:, boards:}, cooling: air | cold_plate | immersion, fans_fixed: W, fans_cubic:
// W, psu_efficiency:}. `training` and `idle` may be left to the sum of the parts; where they are
// given, what the parts leave of them is boards. Without both of the fans' keys they are those
// usual with the cooling: those of dgx_h100 or dgx_b200 in `catalog`, in proportion to the load
// with all devices at their limit. Errors go to the reading.
void read_host_power(base::Fields power, const chips::Device& device, const base::Catalog& catalog,
                     Host& host);

}  // namespace weft::cluster
