// Questions whose answer is there already: it is not looked for again. Draws, tornadoes and the
// like then go on from what was found.
#pragma once

#include <memory>

#include "weft/ask/question.h"
#include "weft/compare/answer.h"
#include "weft/size/answer.h"

namespace weft::ask {

// `found` must answer the document with all inputs at their modes. Throws base::InputError and
// std::invalid_argument as Question() does.
Question question_of(std::shared_ptr<const size::Answer> found, base::Document document,
                     base::Catalog catalog, const Settings& settings);
// On the first footing, and on that of equal time if there is one, alone.
Question question_of(const compare::Answer& found, base::Document document, base::Catalog catalog,
                     const Settings& settings);

}  // namespace weft::ask
