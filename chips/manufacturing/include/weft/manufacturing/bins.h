// From wafers to packages: what comes out of one wafer, by bin.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/money.h"
#include "weft/manufacturing/manufacturing.h"

namespace weft::manufacturing {

struct Bin {
  std::string name;
  std::string sold_as;        // another chip; empty: this one
  int cores = 0;              // enabled per die
  base::Rate clock;           // 0: not known
  double clock_factor = 1;    // over the chip's own clock
  int stacks = 0;             // of memory, per package
  double die_share = 0;       // of all dies printed; without known good dies, a die's chance
  double packages = 0;        // good ones, per wafer
  double share = 0;           // of the good packages of this chip; 0 for those of another
  double latent_per_die = 0;  // share of its dies that have a latent defect
  double p_latent = 0;        // share of its good packages with a weak die, after burn-in
  double passed_burn_in = 1;  // share of packages
  double defects = 0;         // killer defects per die, in cores that are off
};

// Cost of one good package of this chip.
struct Cost {
  base::Currency currency;
  double dies = 0;  // the wafer, shared alike by all dies that are sold
  double memory = 0;
  double assembly = 0;
  double test = 0;
  double burn_in = 0;
  [[nodiscard]] double total() const { return dies + memory + assembly + test + burn_in; }
};

struct Bins {
  std::vector<Bin> bins;  // as written: best first
  base::ArealDensity density;
  double printed_dies = 0;    // whole ones, per wafer
  double estimated_dies = 0;  // by the closed form
  double perfect_yield = 0;   // dies without a defect, of those printed
  double sold_yield = 0;      // dies good enough for any bin
  double escapes = 0;         // bad ones among dies that passed their test
  double package_yield = 0;   // of this chip: good after assembly and burn-in, of those begun
  double good_packages = 0;   // of this chip, per wafer
  double p_latent = 0;        // of them, share with a weak die after burn-in
  double passed_burn_in = 1;  // of this chip
  std::optional<Cost> cost;   // none: no prices, or no good package
  Survival survival;          // of a weak die
};

Bins make_bins(const Manufacturing& manufacturing);
// The same at a density that is known.
Bins make_bins(const Manufacturing& manufacturing, base::ArealDensity density);

}  // namespace weft::manufacturing
