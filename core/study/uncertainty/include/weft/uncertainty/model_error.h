// weft's own error on the step time, as one more uncertain input.
//
// Even with every input known a predicted step is off: by how much is known from published runs
// (validation::IntervalModel). What is drawn is a factor on the step time with a lognormal
// distribution whose 5 % and 95 % quantiles are the ends of that interval. Rows of the same stack
// share the draw, as what a stack's numbers leave out is left out of all of them; rows of unlike
// stacks do not. Errors on published runs hold what wrong inputs did to them, too: together with
// inputs the interval is on the wide side.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/ask/question.h"

namespace weft::uncertainty {

// Of one row.
struct ModelError {
  std::string stack;      // rows of the same one share the draw; "": none is known of this row
  double half_width = 0;  // of ln(step time), 90 % of published runs
  int runs = 0;           // published, that stand behind it
  std::string of;         // what they share, "Nvidia, dense, nemo"
  bool is_stack_known = true;
  // Of the build that ratios of a comparison are to; "" and 0 for other rows.
  std::string base_stack;
  double base_half_width = 0;

  // The factor on the step time for a standard normal draw.
  [[nodiscard]] double factor(double normal) const;
};

// One a row of the question, from the tables that ship; nothing for a row of which none is known.
// Of mixed clusters the widest of the parts'. Rows of kinds `study`, `scaling`, `compare`, `size`
// and `weeks`, alone or as parts of `several`; what other kinds ask does not hang on a step.
std::vector<std::optional<ModelError>> model_errors(const ask::Question& question);

// How a figure goes with the step time: a power of it, 1 for the time and what is paid, drawn and
// emitted in it, -1 for speeds, 0 for the rest; of the row's own, or of its ratio to that of the
// first build.
struct StepPower {
  int power = 0;
  bool is_ratio = false;
};
// Nothing for a figure that is not known here; it is taken to be 0.
std::optional<StepPower> step_power(const std::string& figure);

// Factors on the step time of a row, and on its ratio to that of the first build.
struct Factors {
  double own = 1, ratio = 1;
};
// Applies them to what goes with the step time.
void multiply(const Factors& factors, const std::vector<ask::Column>& columns, ask::Row& row);
// The same where there is no other build.
void multiply(double factor, const std::vector<ask::Column>& columns, ask::Row& row);

}  // namespace weft::uncertainty
