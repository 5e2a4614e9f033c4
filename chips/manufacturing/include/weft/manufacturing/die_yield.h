// Yield of dies, with and without bad cores, and the density of defects behind it.
#pragma once

#include <string>
#include <vector>

#include "weft/manufacturing/manufacturing.h"

namespace weft::manufacturing {

// Of all dies printed, by the number of their bad cores, those whose other area is without a
// defect. Over the mixture g of the law, a die has bad cores after Bin(n, 1 - e^{-g x c/n}) and
// clean other area with e^{-g x (1-c)}, x = defects in the mean and c = the cores' share of area.
struct CoreCounts {
  std::vector<double> share;    // [bad cores], of all dies
  std::vector<double> clean;    // of all dies: those that have no latent defect either
  std::vector<double> defects;  // killer defects in the bad cores, in the mean over all dies
};

struct DieDefects {
  double mean = 0;        // x, per die
  double core_share = 0;  // c, 0 to 1
  int cores = 1;          // n
  int most_bad = 0;       // counted up to this many
  double latent = 0;      // latent defects per defect
};

CoreCounts core_counts(const Mixture& mixture, const DieDefects& die);

// P(a latent defect) of a die that shipped with `repaired` killer defects in cores that are off:
// 1 - [1 + γx/(α + x)]^{-(α + i)}, the Gamma posterior of its density. One that ships with more
// disabled is more likely to fail early.
double latent_share(double defects, double ratio, double clustering, int repaired);

// Share of bad dies among those that pass a test of this fault coverage: 1 - Y^{1-T} (T. W.
// Williams and N. C. Brown, IEEE Trans. Computers C-30, 1981).
double test_escapes(double yield, double coverage);

base::ArealDensity learned(const Learning& learning);

// The density of defects: as given, as learned, or such that a reported yield comes out. Throws
// std::domain_error when no density gives that yield.
base::ArealDensity defect_density(const Manufacturing& manufacturing);

// Why no density gives the reported yield; "" when one does or none is reported.
std::string unreachable(const Manufacturing& manufacturing);

// What a reported yield would be at this density.
double predicted_yield(const Manufacturing& manufacturing, base::ArealDensity density, Scope scope,
                       Counts counts);

// Dies without a defect, systematic losses included.
double perfect_yield(const Manufacturing& manufacturing, base::ArealDensity density);

}  // namespace weft::manufacturing
