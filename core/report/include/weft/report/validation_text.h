// The answer of `weft validate`, for a person and for a program.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weft/report/terminal.h"
#include "weft/validation/intervals.h"
#include "weft/validation/validate.h"

namespace weft::report {

// Groups first, then sets, sources and their biases, then the `worst` rows; with `unplaced`, what
// no reader could place.
struct ValidationView {
  std::size_t worst = 12;
  bool unplaced = false;
  Colour colour = Colour::kNone;
};
std::string to_terminal(const validation::Validation& validation,
                        const std::vector<validation::HeldShare>& coverage,
                        const ValidationView& view);
// Everything about one row.
std::string to_terminal(const validation::PublishedRun& run, const validation::RowDetail& detail,
                        Colour colour);

// {"rows": […], "summary": […], "summary_by_publication": […], "sets": […], "intervals": […]}
std::string to_json(const validation::Validation& validation,
                    const std::vector<validation::HeldShare>& coverage);

}  // namespace weft::report
