// Where checkpoints go, as times of a job. Internal to the room.
#pragma once

#include <span>
#include <vector>

#include "weft/campaign/campaign.h"
#include "weft/campaign/scenario.h"

namespace weft::campaign {

// The tiers of a policy; where it has none, one on the storage. Shares of a checkpoint of so many
// `bytes` are those of the devices and hosts in use.
std::vector<Tier> tiers_of(std::span<const PartInUse> parts, const Checkpoint& checkpoint,
                           base::Bytes bytes);

}  // namespace weft::campaign
