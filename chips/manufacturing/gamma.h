// Gamma distributions of mean 1.
#pragma once

#include "weft/manufacturing/law.h"

namespace weft::manufacturing {

// (1 + x/shape)^{-shape}, also where `shape` is large and the power would lose digits.
double gamma_yield(double defects, double shape);
Mixture gamma_mixture(double shape);
double gamma_draw(base::RandomStream& stream, double shape);

}  // namespace weft::manufacturing
