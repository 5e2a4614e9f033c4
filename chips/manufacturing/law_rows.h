// The laws, a file each.
#pragma once

#include "weft/manufacturing/law.h"

namespace weft::manufacturing {

extern const Law kPoisson;
extern const Law kMurphy;
extern const Law kSeeds;
extern const Law kBoseEinstein;
extern const Law kNegativeBinomial;

}  // namespace weft::manufacturing
