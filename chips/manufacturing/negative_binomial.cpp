// The negative binomial law: densities after Gamma of shape alpha, Y = (1 + x/alpha)^{-alpha};
// alpha = 1 is Seeds' law, alpha without end Poisson's. (Stapper 1983.)
#include "gamma.h"
#include "law_rows.h"

namespace weft::manufacturing {

namespace {

double negative_binomial_yield(double defects, const LawParameters& parameters) {
  return gamma_yield(defects, parameters.clustering);
}

Mixture negative_binomial_mixture(const LawParameters& parameters) {
  return gamma_mixture(parameters.clustering);
}

double negative_binomial_draw(base::RandomStream& stream, const LawParameters& parameters) {
  return gamma_draw(stream, parameters.clustering);
}

}  // namespace

const Law kNegativeBinomial = {"negative_binomial", negative_binomial_yield,
                               negative_binomial_mixture, negative_binomial_draw};

}  // namespace weft::manufacturing
