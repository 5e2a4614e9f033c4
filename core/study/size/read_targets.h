// Limits as people write them. Internal to the room.
#pragma once

#include "weft/size/question.h"

namespace weft::size {

// The `targets:` of a question. Errors go to the reading.
Targets read_targets(base::Fields fields);

}  // namespace weft::size
