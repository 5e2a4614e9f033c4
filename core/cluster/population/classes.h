// Bins of a chip as classes of devices. Internal to the room.
#pragma once

#include <vector>

#include "weft/manufacturing/bins.h"
#include "weft/population/population.h"

namespace weft::population {

// All bins, those of other chips with a share of 0.
std::vector<DeviceClass> classes_of(const manufacturing::Bins& bins,
                                    const manufacturing::Design& design);

}  // namespace weft::population
