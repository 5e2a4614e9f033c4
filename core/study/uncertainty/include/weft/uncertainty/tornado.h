// What one input does at a time: each at its 5 % and its 95 % quantile, all others at their modes.
#pragma once

#include <cstddef>
#include <vector>

#include "weft/uncertainty/draws.h"

namespace weft::uncertainty {

// All figures at both ends of each input.
struct Swings {
  std::vector<ask::Row> base;
  std::vector<std::vector<ask::Row>> low, high;  // [input][row]
};
Swings swings(const ask::Question& question, const Inputs& inputs, const base::ThreadTeam& team,
              bool progress = false);

// A bar of a tornado: the figure at the ends of an input.
struct Bar {
  std::size_t input = 0;
  double at_low = 0, at_high = 0;  // of the input; not a number where there is no answer
  [[nodiscard]] double swing() const;
};
// Of inputs that move the figure visibly (by more than 1e-9 of it), the largest swing first.
std::vector<Bar> tornado(const Swings& swings, std::size_t row, std::size_t column);

// 90 % of what inputs do together, were the figure linear in them: effects of one at a time, added
// in quadrature to either side.
struct Ends {
  double low = 0, high = 0;
};
Ends in_quadrature(const Swings& swings, std::size_t row, std::size_t column);

// Inputs worth an index.
struct Chosen {
  std::vector<std::size_t> inputs;  // in the order of all
  std::size_t left_out = 0;         // that move one of the figures visibly
  // The variance of those, of all, by the tornado (a linear figure); of the figure where it is
  // most.
  double share_left_out = 0;
};
// Of a figure of some rows. At most `most`, and no more than leave out `share` of the variance.
Chosen worth_an_index(const Swings& swings, const std::vector<std::size_t>& rows,
                      std::size_t column, double share = 0.01, std::size_t most = 16);

}  // namespace weft::uncertainty
