// Ways to make a power curve smoother, and what they cost. Each takes the curve as sampled: within
// an interval it is taken to be constant.
#pragma once

#include "weft/power/samples.h"

namespace weft::power {

struct Smoothed {
  Samples samples;
  double added = 0;     // J drawn beyond what was asked for
  double withheld = 0;  // J asked for and not drawn in time: work that waits
  double lost = 0;      // J lost in storage
  double stored = 0;    // J in storage at the end less those at the begin
};

// How a curve follows a limit on its slope. On the way down it burns what is needed. On the way up
// it either burns in advance (the load is known) or withholds power, so that work waits.
enum class RampUp { kBurn, kWithhold };
// `limit`: W/s, more than 0. kBurn never draws less than asked; either way no two neighbours differ
// by more than limit · interval, and the peak does not rise.
Smoothed limit_ramp(const Samples& samples, double limit, RampUp way_up);

// Energy storage beside the load: it gives at most `power` and takes at most `power` at the grid's
// side; of what it takes `efficiency` (round trip) comes back. It begins as full as it ends, as if
// the curve went on like this.
struct Storage {
  double power = 0;       // W
  double energy = 0;      // J that it can give
  double efficiency = 1;  // (0, 1]
};
// The lowest peak that it can hold over the whole curve, by bisection: above it the storage gives,
// below it it takes what it can without going over. Drawn = asked + lost + stored.
Smoothed shave_peaks(const Samples& samples, const Storage& storage);

}  // namespace weft::power
