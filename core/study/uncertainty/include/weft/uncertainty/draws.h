// A question asked again and again with its uncertain inputs drawn.
//
// Each input has one draw a sample, by its path, whatever it is met in: common random numbers, so
// that what rows have in common does not blur their differences and ratios.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weft/ask/question.h"
#include "weft/base/parallel.h"
#include "weft/uncertainty/interval.h"
#include "weft/uncertainty/model_error.h"

namespace weft::uncertainty {

struct Options {
  std::size_t samples = 256;
  Design design = Design::kSobol;
  std::uint64_t seed = 1;
  bool model_error = true;  // whether weft's own error counts
  bool progress = false;    // on standard error, where that is a terminal
};

// What is drawn: an uncertain number of the question, or weft's own error on runs of a stack.
struct Input {
  std::string name;  // a path, or "weft's own error (STACK)"
  base::Distribution distribution;
  bool is_model_error = false;  // a standard normal then
  std::string stack;            // of a model error
};

// The coordinates of all draws.
struct Inputs {
  std::vector<Input> all;                         // those of the question first, in its order
  std::size_t asked = 0;                          // how many are the question's
  std::vector<std::optional<ModelError>> errors;  // by row
};
Inputs inputs_of(const ask::Question& question, bool with_model_error);

// What weft's own error does to a row, for a value of each of the inputs; nothing where none is
// drawn.
Factors factors_of(const Inputs& inputs, std::size_t row, std::span<const double> values);
// The same on all rows of an answer.
void apply_errors(const Inputs& inputs, std::span<const double> values,
                  const std::vector<ask::Column>& columns, std::vector<ask::Row>& rows);

struct Draws {
  Inputs inputs;
  base::Samples cube{0, 0};                 // a coordinate an input
  std::vector<ask::Column> columns;         // of the question
  std::vector<ask::Row> base;               // all inputs at their modes
  std::vector<std::vector<ask::Row>> rows;  // [sample][row], weft's own error in them
};

// Nothing is drawn (no sample) for a question without uncertain inputs. The same bytes for any
// number of threads. Throws as Session::ask() does.
Draws draw(const ask::Question& question, const Options& options, const base::ThreadTeam& team);

// Of one figure. Without samples: the mode, and what the question says itself where it draws its
// inputs on its own (Row::low, Row::high).
Interval interval_of(const Draws& draws, std::size_t row, std::size_t column);
// Of the ratio of a row's figure to another row's, draw by draw.
Interval ratio_of(const Draws& draws, std::size_t row, std::size_t to, std::size_t column);
// A figure, by sample.
std::vector<double> values_of(const Draws& draws, std::size_t row, std::size_t column);

}  // namespace weft::uncertainty
