// What an uncertain input does. Internal to the room.
#pragma once

#include <string>

#include "weft/study/sensitivity.h"

namespace weft::report {

// "residual: cost -4…+18 %": of the figure that it moves most, by the last word of the input's
// path.
std::string effect_text(const study::Effect& effect);

}  // namespace weft::report
