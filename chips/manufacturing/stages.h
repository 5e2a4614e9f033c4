// The stages between a die and a package, which yields and bins share.
#pragma once

#include <vector>

#include "weft/manufacturing/manufacturing.h"

namespace weft::manufacturing {

// Dies good enough for the first bins up to and with this one, of all dies printed.
struct BinnedDies {
  double share = 0;
  double clean = 0;    // those without a latent defect
  double defects = 0;  // killer defects in them, in the mean over all dies
};
std::vector<BinnedDies> binned_dies(const Manufacturing& manufacturing, base::ArealDensity density);

// Dies of one bin, or sets of dies whose worst is of it where dies are packaged untested.
struct Stage {
  double sets = 0;       // sets of good dies, of the sets of dies printed
  double begun = 0;      // packages begun for them, likewise
  double weak_die = 0;   // share of dies with a latent defect
  double defects = 0;    // killer defects per die
  double assembled = 0;  // good packages before burn-in, of the sets printed
  double passed = 1;     // share that burn-in leaves
  double weak = 0;       // of these, share with a weak die
  double die_share = 0;  // of all dies printed
};
// One for each bin. `escapes` is the share of bad ones among dies tested.
std::vector<Stage> stages(const Manufacturing& manufacturing, base::ArealDensity density);
double escapes_of(const Manufacturing& manufacturing, const std::vector<BinnedDies>& dies);

}  // namespace weft::manufacturing
