// Devices that are not quite alike, and wait for the slowest.
#pragma once

#include <cstdint>

namespace weft::step {

// Expected maximum of `count` independent standard normal draws: the integral of x dΦ(x)^count.
double expected_maximum(std::int64_t count);

}  // namespace weft::step
