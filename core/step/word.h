// Keys of tables. Internal to the room.
#pragma once

#include "weft/plan/word.h"

namespace weft::step {

using plan::kDegreeBits;
using plan::kReplicaBits;
using plan::Word;

}  // namespace weft::step
