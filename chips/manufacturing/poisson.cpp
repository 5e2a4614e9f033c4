// Defects anywhere alike: Y = e^{-x}.
#include <cmath>

#include "law_rows.h"

namespace weft::manufacturing {

namespace {

double poisson_yield(double defects, const LawParameters&) { return std::exp(-defects); }
Mixture poisson_mixture(const LawParameters&) { return {{1.0}, {1.0}}; }
double poisson_draw(base::RandomStream&, const LawParameters&) { return 1.0; }

}  // namespace

const Law kPoisson = {"poisson", poisson_yield, poisson_mixture, poisson_draw};

}  // namespace weft::manufacturing
