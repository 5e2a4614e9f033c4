// Seeds' law: densities fall off exponentially: Y = 1/(1 + x).
#include "gamma.h"
#include "law_rows.h"

namespace weft::manufacturing {

namespace {

double seeds_yield(double defects, const LawParameters&) { return 1 / (1 + defects); }
Mixture seeds_mixture(const LawParameters&) { return gamma_mixture(1); }
double seeds_draw(base::RandomStream& stream, const LawParameters&) {
  return stream.exponential(1);
}

}  // namespace

const Law kSeeds = {"seeds", seeds_yield, seeds_mixture, seeds_draw};

}  // namespace weft::manufacturing
