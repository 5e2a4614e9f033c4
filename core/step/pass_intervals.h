// The intervals of passes of layers. Internal to the room.
#pragma once

#include "weft/step/layer_cost.h"
#include "weft/step/profile.h"

namespace weft::step {

// What a device draws while it does not compute: W.
struct IdlePowers {
  double communicating = 0;
  double waiting = 0;
};

// Which share of a backward pass: all, or what is left when weight gradients are put off, or these.
enum class Share { kAll, kInputs, kWeights };

// How one pass of one layer is booked.
struct PassBooking {
  Part kernels = Part::kForward;
  double sent = 0;         // J, of what links send
  double expert_kept = 1;  // share of the exposed expert exchange that no pair hides
  Share share = Share::kAll;
  int layer = kNoLayer;
};

void append(Intervals& intervals, double time, double power, Part part, int layer = kNoLayer);
// Nothing that takes no time.
void append_pass(Intervals& intervals, const PassCost& pass, const PassBooking& booking,
                 const IdlePowers& idle);

double length_of(const Intervals& intervals);
double energy_of(const Intervals& intervals);
// Draws so much more, evenly over time: J.
void spread(Intervals& intervals, double energy);

}  // namespace weft::step
