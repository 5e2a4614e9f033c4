// Libraries that crash on files which are not what they expect. Internal to the room.
#pragma once

#include <functional>

namespace weft::interconnect {

// Whether `work` says yes in a copy of this process, soon and without a crash. What it changes
// stays in the copy; what it writes to standard error is dropped. Throws std::system_error where no
// process can be had.
bool survives(const std::function<bool()>& work);

}  // namespace weft::interconnect
