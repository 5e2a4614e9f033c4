// What the devices of a pipeline do and draw over one step (F2), interval by interval.
//
// All devices of a stage are alike. Times are those of the replay of the schedule, without folding;
// within a pass the layers come one after the other, each with its kernels (at their mean power)
// and then what it waits for. Energy over time is that of the ledger: what links send is drawn
// while it is sent, exposed or behind kernels, and of idle time as much waits for transfers as in
// the ledger.
#pragma once

#include <array>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/step/ledger.h"

namespace weft::step {

inline constexpr int kNoLayer = -1;

struct Interval {
  double time = 0;   // s, more than 0
  double power = 0;  // W, of one device
  Part part = Part::kForward;
  int layer = kNoLayer;  // of the model, from 0; none in what is no layer
};
using Intervals = std::vector<Interval>;

struct StageProfile {
  int part = 0;       // of a mixed cluster
  Intervals step;     // from the begin of the step; as long as it
  Intervals forward;  // one micro-batch on all chunks of the stage, then waiting for the slowest
                      // stage: evaluation, without its first and last micro-batches
};

struct StepProfile {
  base::Time step;
  base::Time forward;                // of one micro-batch on the slowest stage
  std::vector<StageProfile> stages;  // [pipeline]

  // Of one device over a step, mean over the stages, by Part.
  [[nodiscard]] std::array<base::Energy, kPartCount> energy_by_part() const;
  [[nodiscard]] base::Energy device_energy() const;
};

}  // namespace weft::step
