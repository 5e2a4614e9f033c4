// Bose and Einstein's law: n critical layers, each with a density of its own after Seeds, so that
// their sum is a Gamma distribution of shape n: Y = (1 + x/n)^{-n}, where x/n is the mean of one.
#include "gamma.h"
#include "law_rows.h"

namespace weft::manufacturing {

namespace {

double bose_einstein_yield(double defects, const LawParameters& parameters) {
  return gamma_yield(defects, parameters.layers);
}

Mixture bose_einstein_mixture(const LawParameters& parameters) {
  return gamma_mixture(parameters.layers);
}

double bose_einstein_draw(base::RandomStream& stream, const LawParameters& parameters) {
  return gamma_draw(stream, parameters.layers);
}

}  // namespace

const Law kBoseEinstein = {"bose_einstein", bose_einstein_yield, bose_einstein_mixture,
                           bose_einstein_draw};

}  // namespace weft::manufacturing
