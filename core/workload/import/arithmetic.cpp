#include "arithmetic.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <limits>

#include "word.h"

namespace weft::imports {

namespace {

constexpr int kMostNesting = 64;

struct Operator {
  std::string_view sign;
  int level;  // binds tighter the higher
};
// Longer signs first, so that "<=" is not read as "<".
constexpr std::array kOperators = std::to_array<Operator>({
    {"**", 7},
    {"||", 1},
    {"&&", 2},
    {"==", 3},
    {"!=", 3},
    {"<=", 4},
    {">=", 4},
    {"<", 4},
    {">", 4},
    {"+", 5},
    {"-", 5},
    {"*", 6},
    {"/", 6},
    {"%", 6},
});

void refuse(bool overflows) {
  if (overflows) throw ArithmeticError("this number does not fit 64 bits");
}

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) throw ArithmeticError("a power with a negative exponent");
  std::int64_t result = 1;
  for (std::int64_t i = 0; i < exponent && result != 0; ++i) {
    if (base == 1 || (base == -1 && i > 1)) break;
    refuse(__builtin_mul_overflow(result, base, &result));
  }
  if (base == -1) return exponent % 2 == 0 ? 1 : -1;
  return result;
}

std::int64_t quotient(std::int64_t a, std::int64_t b, bool remainder) {
  if (b == 0) throw ArithmeticError("a division by zero");
  const bool overflows = a == std::numeric_limits<std::int64_t>::min() && b == -1;
  if (overflows && remainder) return 0;
  refuse(overflows);
  return remainder ? a % b : a / b;
}

std::int64_t apply(std::string_view sign, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (sign == "+") refuse(__builtin_add_overflow(a, b, &result));
  if (sign == "-") refuse(__builtin_sub_overflow(a, b, &result));
  if (sign == "*") refuse(__builtin_mul_overflow(a, b, &result));
  if (sign == "+" || sign == "-" || sign == "*") return result;
  if (sign == "/" || sign == "%") return quotient(a, b, sign == "%");
  if (sign == "**") return power(a, b);
  if (sign == "==") return a == b ? 1 : 0;
  if (sign == "!=") return a != b ? 1 : 0;
  if (sign == "<=") return a <= b ? 1 : 0;
  if (sign == ">=") return a >= b ? 1 : 0;
  if (sign == "<") return a < b ? 1 : 0;
  if (sign == ">") return a > b ? 1 : 0;
  if (sign == "&&") return a != 0 && b != 0 ? 1 : 0;
  return a != 0 || b != 0 ? 1 : 0;
}

class Expression {
 public:
  Expression(std::string_view text, const Lookup& lookup) : text_(text), lookup_(lookup) {}

  std::int64_t whole() {
    skip_blanks();
    if (at_ == text_.size()) return 0;  // as a shell has it
    const auto value = binary(0);
    if (at_ != text_.size()) {
      throw ArithmeticError("'" + std::string(text_.substr(at_)) + "' is not understood");
    }
    return value;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '\n')) ++at_;
  }

  const Operator* next_operator() {
    skip_blanks();
    for (const auto& op : kOperators) {
      if (text_.substr(at_).starts_with(op.sign)) return &op;
    }
    return nullptr;
  }

  std::int64_t binary(int level) {
    if (++nesting_ > kMostNesting) throw ArithmeticError("this is nested too deeply");
    std::int64_t left = unary();
    for (const auto* op = next_operator(); op != nullptr && op->level > level;
         op = next_operator()) {
      at_ += op->sign.size();
      // Powers group from the right.
      left = apply(op->sign, left, binary(op->sign == "**" ? op->level - 1 : op->level));
    }
    --nesting_;
    return left;
  }

  std::int64_t unary() {
    skip_blanks();
    if (at_ == text_.size()) throw ArithmeticError("a number is missing");
    const char c = text_[at_];
    if (c == '-' || c == '+' || c == '!') {
      ++at_;
      if (++nesting_ > kMostNesting) throw ArithmeticError("this is nested too deeply");
      const auto value = unary();
      --nesting_;
      if (c == '!') return value == 0 ? 1 : 0;
      return c == '-' ? apply("-", 0, value) : value;
    }
    if (c == '(') {
      ++at_;
      const auto value = binary(0);
      skip_blanks();
      if (at_ == text_.size() || text_[at_] != ')') throw ArithmeticError("a ')' is missing");
      ++at_;
      return value;
    }
    return is_name_start(c) ? variable() : number();
  }

  std::int64_t variable() {
    const std::size_t first = at_;
    while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    return lookup_(std::string(text_.substr(first, at_ - first)));
  }

  std::int64_t number() {
    const std::string_view rest = text_.substr(at_);
    const bool octal = rest.size() > 1 && rest[0] == '0' && rest[1] >= '0' && rest[1] <= '9';
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), value, octal ? 8 : 10);
    if (error != std::errc()) {
      throw ArithmeticError("'" + std::string(rest) + "' is not a whole number");
    }
    at_ += static_cast<std::size_t>(end - rest.data());
    return value;
  }

  std::string_view text_;
  const Lookup& lookup_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

std::int64_t evaluate(std::string_view expression, const Lookup& lookup) {
  return Expression(expression, lookup).whole();
}

}  // namespace weft::imports
