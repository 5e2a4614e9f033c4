#include "shell_test.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace weft::imports {

namespace {

Truth both(Truth a, Truth b) {
  if (a == Truth::kFalse || b == Truth::kFalse) return Truth::kFalse;
  return a == Truth::kTrue && b == Truth::kTrue ? Truth::kTrue : Truth::kUnknown;
}

Truth either(Truth a, Truth b) { return !both(!a, !b); }

bool is_output(const Word& word) { return word.missing == Missing::kOutput; }

std::optional<std::int64_t> number_in(const Word& word) {
  std::int64_t value = 0;
  const std::string text = word.shown();
  const auto* begin = text.data();
  const auto [end, error] = std::from_chars(begin, begin + text.size(), value);
  const bool whole = error == std::errc() && end == begin + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

Truth compare_numbers(const std::string& sign, const Word& left, const Word& right) {
  const auto a = number_in(left);
  const auto b = number_in(right);
  if (!a || !b) return Truth::kUnknown;
  if (sign == "-eq") return truth_of(*a == *b);
  if (sign == "-ne") return truth_of(*a != *b);
  if (sign == "-lt" || sign == "<") return truth_of(*a < *b);
  if (sign == "-le") return truth_of(*a <= *b);
  if (sign == "-gt" || sign == ">") return truth_of(*a > *b);
  return sign == "-ge" ? truth_of(*a >= *b) : Truth::kUnknown;
}

Truth compare(const Word& left, const std::string& sign, const Word& right) {
  if (is_output(left) || is_output(right)) return Truth::kUnknown;
  const bool equal = sign == "==" || sign == "=";
  if (!equal && sign != "!=") return compare_numbers(sign, left, right);
  // Right of [[ = ]] may stand a pattern.
  if (right.text.find_first_of("*?[") != std::string::npos) return Truth::kUnknown;
  return truth_of((left.shown() == right.shown()) == equal);
}

bool is_comparison(const std::string& sign) {
  return sign == "==" || sign == "=" || sign == "!=" || sign == "=~" || sign == "<" ||
         sign == ">" || (sign.size() == 3 && sign[0] == '-');
}

// or, and, not, primary, each from the words that are left.
class Condition {
 public:
  explicit Condition(std::span<const Word> words) : words_(words) {}

  Truth whole() {
    if (words_.empty()) return Truth::kFalse;
    const auto truth = any();
    return at_ == words_.size() ? truth : Truth::kUnknown;
  }

 private:
  bool take(std::string_view word) {
    if (at_ >= words_.size() || words_[at_].text != word) return false;
    ++at_;
    return true;
  }

  Truth any() {
    auto truth = all();
    while (take("||") || take("-o")) truth = either(truth, all());
    return truth;
  }
  Truth all() {
    auto truth = one();
    while (take("&&") || take("-a")) truth = both(truth, one());
    return truth;
  }

  Truth one() {
    if (at_ >= words_.size()) return Truth::kUnknown;
    const bool last = at_ + 1 >= words_.size();
    if (!last && take("!")) return !one();
    if (!last && take("(")) {
      const auto truth = any();
      return take(")") ? truth : Truth::kUnknown;
    }
    const Word& first = words_[at_++];
    if (at_ + 1 < words_.size() && is_comparison(words_[at_].text)) {
      const Word& right = words_[at_ + 1];
      const std::string& sign = words_[at_].text;
      at_ += 2;
      return compare(first, sign, right);
    }
    const bool unary = first.text.size() == 2 && first.text[0] == '-' && at_ < words_.size();
    if (!unary) return is_output(first) ? Truth::kUnknown : truth_of(!first.shown().empty());
    const Word& operand = words_[at_++];
    if (is_output(operand)) return Truth::kUnknown;
    if (first.text == "-z") return truth_of(operand.shown().empty());
    if (first.text == "-n") return truth_of(!operand.shown().empty());
    return Truth::kUnknown;  // files and the like
  }

  std::span<const Word> words_;
  std::size_t at_ = 0;
};

}  // namespace

Truth operator!(Truth truth) {
  if (truth == Truth::kUnknown) return truth;
  return truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

Truth test(std::span<const Word> words) { return Condition(words).whole(); }

}  // namespace weft::imports
