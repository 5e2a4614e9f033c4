// Power that is constant between two changes. Times are in s from 0 on, power in W, energy in J.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace weft::power {

struct Piece {
  double until = 0;  // s, above that of the piece before
  double power = 0;  // W
};
using Pieces = std::vector<Piece>;

// Adds a piece of this length; one of no length is left out, one like the last makes it longer.
void append(Pieces& pieces, double time, double power);

double length_of(const Pieces& pieces);
double energy_of(const Pieces& pieces);
double highest_of(const Pieces& pieces);
double lowest_of(const Pieces& pieces);

// Power by power: what hosts draw for what their devices draw.
Pieces mapped(const Pieces& pieces, const std::function<double(double)>& power);

// The sum of functions of one length (to rounding), each so many times. Throws
// std::invalid_argument when lengths differ or nothing is given. Cost: pieces · log(functions).
struct Term {
  const Pieces* pieces = nullptr;
  double times = 1;
};
Pieces sum_of(std::span<const Term> terms);

}  // namespace weft::power
