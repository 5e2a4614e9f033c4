// The conditions of `[ … ]` and `[[ … ]]`, internal to the library.
#pragma once

#include <span>

#include "word.h"

namespace weft::imports {

enum class Truth { kFalse, kTrue, kUnknown };
constexpr Truth truth_of(bool value) { return value ? Truth::kTrue : Truth::kFalse; }
Truth operator!(Truth truth);

// The words between the brackets. What depends on files, or on the output of a command, is unknown.
// A variable that is not set is empty.
Truth test(std::span<const Word> words);

}  // namespace weft::imports
