// Laws of defect-limited yield: how many of the dies have no defect when the mean is known.
//
// All of them are Poisson laws whose mean differs from place to place: the density there is `g`
// times the mean density, with g of mean 1. A law is the distribution of g; its closed form is
// E[e^{-g x}], x = area · D0 defects on a die in the mean. (Murphy 1964; Seeds 1967; Price 1970;
// Stapper, IBM J. Res. Dev. 27, 1983; Cunningham, IEEE Trans. Semicond. Manuf. 3, 1990.)
#pragma once

#include <span>
#include <string>
#include <vector>

#include "weft/base/random.h"

namespace weft::manufacturing {

struct LawParameters {
  double clustering = 2;  // alpha of the negative binomial law; smaller: defects lie in clusters
  int layers = 1;         // n of Bose and Einstein's law: critical layers, each with D0 / n
};

// A distribution of g as points and weights; weights sum to 1, the mean of g is 1.
struct Mixture {
  std::vector<double> relative;
  std::vector<double> weight;
};

struct Law {
  const char* name;  // in documents
  // Share of dies without a defect.
  double (*yield)(double defects, const LawParameters& parameters);
  Mixture (*mixture)(const LawParameters& parameters);
  double (*draw)(base::RandomStream& stream, const LawParameters& parameters);
};

// All laws: a new one is one file and one row in law.cpp.
std::span<const Law> laws();
// Throws std::invalid_argument for a name that is none of theirs.
const Law& law_named(const std::string& name);

}  // namespace weft::manufacturing
