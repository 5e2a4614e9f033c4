// What a prediction with its interval says of a claimed number.
//
// A number is judged on the side to which it would help who claims it (`more` is better: above).
//   consistent   it is not beyond the 90 % interval on that side: at least 5 % of the draws
//                are as good as what is claimed
//   modest       the same, and less is claimed than 95 % of the draws give; a bound ("at least")
//                is never modest
//   differs      beyond the prediction, and nothing that this hangs on is uncertain: arithmetic
//                against arithmetic, so that they count unlike things
//   optimistic   beyond the interval, but no further than the best that can be reached: the best
//                of all draws, of each input at its better end (5 % or 95 % quantile) alone, and of
//                all inputs at their better ends at once
//   implausible  further than that
//   not testable no number, or nothing that weft predicts
#pragma once

#include <optional>

#include "weft/claim/claim.h"
#include "weft/uncertainty/interval.h"

namespace weft::claim {

enum class Verdict { kConsistent, kModest, kDiffers, kOptimistic, kImplausible, kNotTestable };
const char* name_of(Verdict verdict);
// Of several tests: the one that says most against the claim; not testable only if all are.
Verdict worse(Verdict a, Verdict b);

struct Claimed {
  Sense sense = Sense::kEqual;
  double value = 0;
  double tolerance = 0;        // a share
  bool more_is_better = true;  // for who claims it
};

// `best` is what can be reached, on the better side.
Verdict judge(const Claimed& claimed, const uncertainty::Interval& predicted, double best);

// Whether a prediction meets the claim: at least, at most, or within the tolerance of it.
bool is_met(const Claimed& claimed, double predicted);

struct Margin {
  double ratio = 1;                 // claimed over the predicted median
  std::optional<double> in_widths;  // of the half interval on that side; none: it has no width
};
Margin margin_of(const Claimed& claimed, const uncertainty::Interval& predicted);

}  // namespace weft::claim
