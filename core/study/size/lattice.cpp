#include "lattice.h"

#include <algorithm>
#include <cmath>

namespace weft::size {

std::int64_t Lattice::step(std::int64_t count) const {
  const double most = spacing_ * static_cast<double>(count);
  std::int64_t step = 1;
  while (static_cast<double>(2 * step) <= most) step *= 2;
  return step;
}

std::int64_t Lattice::step_at(std::int64_t hosts) const {
  return hosts < unit_ ? step(hosts) : unit_ * step(hosts / unit_);
}

// A multiple of the step of a power-of-two range stays a size up to the next range, where steps are
// multiples of it: the ends of ranges are sizes themselves.
std::int64_t Lattice::at_most(double hosts) const {
  const auto whole = static_cast<std::int64_t>(std::floor(hosts));
  if (whole < 1) return 0;
  const auto wide = step_at(whole);
  return std::max<std::int64_t>(whole / wide * wide, 1);
}

std::int64_t Lattice::at_least(double hosts) const {
  const auto whole = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(hosts - 1e-9)));
  const auto below = at_most(static_cast<double>(whole));
  return below == whole ? below : after(below);
}

std::int64_t Lattice::after(std::int64_t hosts) const {
  auto next = hosts + step_at(hosts);
  // The first whole unit ends the parts of one.
  if (hosts < unit_ && next > unit_) return unit_;
  while (at_most(static_cast<double>(next)) <= hosts) next += step_at(next);
  return at_most(static_cast<double>(next));
}

std::int64_t Lattice::before(std::int64_t hosts) const {
  return hosts <= 1 ? 0 : at_most(static_cast<double>(hosts - 1));
}

}  // namespace weft::size
