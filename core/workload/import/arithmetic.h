// $((...)) of a shell, internal to the library.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::imports {

// An expression that no shell would take, or whose result does not fit 64 bits.
class ArithmeticError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The value of a variable by name.
using Lookup = std::function<std::int64_t(const std::string& name)>;

// Whole numbers, variables, parentheses, + - * / % **, comparisons, && || !. Throws
// ArithmeticError, and what `lookup` throws.
std::int64_t evaluate(std::string_view expression, const Lookup& lookup);

}  // namespace weft::imports
