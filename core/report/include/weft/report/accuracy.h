// How far the model is off on published runs: the table of the README, and what `weft run` says of
// runs near to a case.
#pragma once

#include <string>
#include <vector>

#include "weft/validation/validate.h"

namespace weft::report {

// Speeds of rows that no number was fitted to, by vendor and kind of model, in Markdown.
std::string accuracy_markdown(const validation::Validation& validation);

// Errors by the work that sources are part of (validation::publication_of()): summaries of single
// sources, pooled.
std::vector<validation::Summary> by_publication(const validation::Validation& validation);

}  // namespace weft::report
