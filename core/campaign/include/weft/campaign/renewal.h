// Checkpoint and restart as a renewal process (J. T. Daly, "A higher order estimate of the optimum
// checkpoint interval for restart dumps", FGCS 22, 2006): interruptions are Poisson with mean time
// M between them and strike also while the job recovers, which then starts over.
#pragma once

#include "weft/base/quantity.h"

namespace weft::campaign {

// Below this share of productive time a run is said to make no progress.
inline constexpr double kHopeless = 1e-3;

// Productive share of the wall clock when segments of `interval` work and `pause` checkpoint are
// interrupted at rate 1/`mean_time_between`, also while recovering:
//   ETTR = τ / (M e^{R/M} (e^{(τ+δ)/M} − 1))
// Without interruptions (M infinite) τ / (τ + δ). Always within [0, 1].
double renewal_ettr(base::Time mean_time_between, base::Time interval, base::Time pause,
                    base::Time recovery);

// The interval that maximises it: τ = M [1 + W0(−e^{−1−δ/M})]. Infinite when M is.
base::Time best_interval(base::Time mean_time_between, base::Time pause);

// One turn of the cycle: work for `interval`, pause for `pause`, and so on.
struct Segment {
  base::Time interval;
  base::Time pause;
  base::Time recovery;
  // From the end of the pause until the checkpoint can be read back; at most `interval`. Zero when
  // the pause lasts until then.
  base::Time durable_after;
};

// Mean wall-clock time of one segment, by what it went into.
struct SegmentTimes {
  base::Time productive;
  base::Time checkpointing;
  base::Time lost;        // work and pauses that an interruption undid
  base::Time recovering;  // also recoveries that were interrupted
  [[nodiscard]] base::Time wall() const { return productive + checkpointing + lost + recovering; }
};

// With s = τ + δ and w = durable_after, a segment takes M e^{(R+w)/M} (e^{s/M} − 1) in the mean:
//   the attempts      A = M e^{w/M} (e^{s/M} − 1), of which lost = A − s
//   recovering        A (e^{R/M} − 1)
// Why: after a checkpoint becomes durable, the next one does so if s passes undisturbed. Else the
// job recovers, in M (e^{R/M} − 1), and must then run s + w undisturbed, because the work behind
// the checkpoint is gone too. The durability lag acts like a longer recovery: ETTR(M, τ, δ, R + w).
// Needs M > 0 and (R + w + s)/M small enough for exp(); see renewal_ettr() first.
SegmentTimes expected_times(base::Time mean_time_between, const Segment& segment);

}  // namespace weft::campaign
