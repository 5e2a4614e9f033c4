#include "weft/base/samples.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <boost/random/sobol.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "weft/base/random.h"

namespace weft::base {

namespace {

using Bits = std::uint32_t;
constexpr int kBits = 32;

Bits reversed(Bits bits) {
  bits = (bits << 16U) | (bits >> 16U);
  bits = ((bits & 0x00ff00ffU) << 8U) | ((bits & 0xff00ff00U) >> 8U);
  bits = ((bits & 0x0f0f0f0fU) << 4U) | ((bits & 0xf0f0f0f0U) >> 4U);
  bits = ((bits & 0x33333333U) << 2U) | ((bits & 0xccccccccU) >> 2U);
  return ((bits & 0x55555555U) << 1U) | ((bits & 0xaaaaaaaaU) >> 1U);
}

// Flips each bit depending on the bits above it alone: a nested uniform scramble (Burley 2020,
// listing 3, with the constants of Laine and Karras).
Bits scrambled(Bits bits, Bits seed) {
  bits = reversed(bits);
  bits += seed;
  bits ^= bits * 0x6c50b47cU;
  bits ^= bits * 0xb82f1e52U;
  bits ^= bits * 0xc7afe638U;
  bits ^= bits * 0x8d22f6e6U;
  return reversed(bits);
}

// The middle of the interval that the bits name, so that 0 and 1 never come up.
double inside(Bits bits) { return std::ldexp(static_cast<double>(bits) + 0.5, -kBits); }

double triangular_quantile(const Distribution& d, double p) {
  const double width = d.high - d.low;
  if (width <= 0) return d.mode;
  const double below = (d.mode - d.low) / width;
  return p < below ? d.low + std::sqrt(p * width * (d.mode - d.low))
                   : d.high - std::sqrt((1 - p) * width * (d.high - d.mode));
}

}  // namespace

Samples sobol(std::size_t count, std::size_t dimensions, std::uint64_t seed) {
  if (dimensions > kMostSobolDimensions || count >= std::numeric_limits<Bits>::max()) {
    throw std::invalid_argument("too many points or dimensions for a Sobol sequence");
  }
  Samples samples(count, dimensions);
  if (count == 0 || dimensions == 0) return samples;
  std::vector<Bits> keys;
  for (std::size_t d = 0; d < dimensions; ++d) keys.push_back(RandomStream(seed, d).next());
  // The library leaves out the first point, the origin, without which a power of two points would
  // not be balanced.
  for (std::size_t d = 0; d < dimensions; ++d) samples.at(0, d) = inside(scrambled(0, keys[d]));
  boost::random::sobol_engine<Bits, kBits> engine(dimensions);
  for (std::size_t i = 1; i < count; ++i) {
    for (std::size_t d = 0; d < dimensions; ++d) {
      samples.at(i, d) = inside(scrambled(engine(), keys[d]));
    }
  }
  return samples;
}

Samples latin_hypercube(std::size_t count, std::size_t dimensions, std::uint64_t seed) {
  Samples samples(count, dimensions);
  std::vector<std::size_t> places(count);
  for (std::size_t d = 0; d < dimensions; ++d) {
    RandomStream stream(seed, d);
    std::iota(places.begin(), places.end(), std::size_t{0});
    for (std::size_t i = count; i > 1; --i) std::swap(places[i - 1], places[stream.below(i)]);
    for (std::size_t i = 0; i < count; ++i) {
      const double place = static_cast<double>(places[i]) + stream.uniform();
      samples.at(i, d) = place / static_cast<double>(count);
    }
  }
  return samples;
}

double quantile(const Distribution& distribution, double p) {
  switch (distribution.kind) {
    case Distribution::Kind::kExact:
      break;
    case Distribution::Kind::kTriangular:
      return triangular_quantile(distribution, p);
    case Distribution::Kind::kNormal: {
      const double deviation = distribution.high - distribution.mode;
      return distribution.mode + deviation * boost::math::quantile(boost::math::normal(), p);
    }
  }
  return distribution.mode;
}

}  // namespace weft::base
