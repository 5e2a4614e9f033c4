// The answer of `weft uncertainty`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "weft/uncertainty/draws.h"
#include "weft/uncertainty/indices.h"
#include "weft/uncertainty/tornado.h"

namespace weft::uncertainty {

// Sobol indices of one figure of all rows, for inputs that are worth it; the others stay at their
// modes.
struct RowIndices {
  Chosen chosen;
  std::vector<Indices> rows;        // as the question's
  std::vector<double> share_drawn;  // by row: variance of these points over that of all draws
};
// `figure` is the column of which inputs are chosen.
RowIndices indices(const ask::Question& question, const Draws& draws, const Swings& swings,
                   std::size_t column, const Options& options, const base::ThreadTeam& team);

struct Answer {
  Options options;
  std::size_t figure = 0;  // the column of the tornado and of the indices
  Draws draws;
  std::vector<std::vector<Interval>> intervals;  // [row][column]
  // To the first row, [row][column]; empty for one row, and for comparisons.
  std::vector<std::vector<Interval>> ratios;
  Swings swings;
  std::vector<std::vector<Bar>> tornadoes;  // by row
  std::optional<RowIndices> indices;
};
Answer answer(const ask::Question& question, const Options& options, std::size_t figure,
              bool with_indices, const base::ThreadTeam& team);

}  // namespace weft::uncertainty
