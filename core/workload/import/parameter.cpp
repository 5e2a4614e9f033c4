// $NAME, ${NAME…}, $(…) and their kin.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "word_reader.h"

namespace weft::imports {

namespace {

Word unset_named(const std::string& name, std::size_t at) {
  const bool digits = name.find_first_not_of("0123456789") == std::string::npos;
  return missing_word(Missing::kUnset,
                      digits ? fmt::format("argument {} of the script is not given", name)
                             : fmt::format("{} is not set", name),
                      at);
}

Word not_carried_out(std::size_t at) {
  return missing_word(Missing::kOutput, "this form of ${…} is not carried out here", at);
}

bool is_unset(const std::vector<Word>& words) {
  return words.size() == 1 && words.front().missing == Missing::kUnset &&
         words.front().shown().empty();
}

bool is_empty(const std::vector<Word>& words) {
  return std::all_of(words.begin(), words.end(), [](const Word& word) {
    return word.shown().empty() && word.missing != Missing::kOutput;
  });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string WordReader::name_of_parameter() {
  std::string name;
  if (is_name_start(peek())) {
    while (is_name_part(peek())) {
      name += peek();
      advance();
    }
  } else if (is_digit(peek())) {
    while (is_digit(peek())) {
      name += peek();
      advance();
    }
  } else if (std::string_view("@*#?$!-").find(peek()) != std::string_view::npos) {
    name = peek();
    advance();
  }
  return name;
}

WordReader::Expansion WordReader::dollar() {
  if (++depth_ > kMostNested) fail(at_, "this is nested too deeply");
  auto expansion = expansion_here();
  --depth_;
  return expansion;
}

WordReader::Expansion WordReader::expansion_here() {
  const std::size_t at = at_;
  if (peek() == '`') return {{output_of(at, "`")}, false};
  if (sees("$((")) {
    advance(3);
    const Word expression = arithmetic_text(at);
    if (!expands) return {};
    return {{calculate(expression)}, false};
  }
  if (sees("$(")) return {{output_of(at, "$(")}, false};
  if (sees("${")) return braces(at);
  advance();
  const bool digit = is_digit(peek());
  const std::string name = digit ? std::string(1, peek()) : name_of_parameter();
  if (digit) advance();  // $10 is $1 and a zero
  if (name.empty()) return {{word_at("$", at)}, false};
  return expands ? look_up(name, at) : Expansion{};
}

WordReader::Expansion WordReader::braces(std::size_t dollar_at) {
  advance(2);
  const bool counts = peek() == '#' && (is_name_part(peek(1)) || peek(1) == '@');
  const bool indirect = peek() == '!';
  if (counts || indirect) advance();
  const std::string name = name_of_parameter();
  if (name.empty()) fail(dollar_at, "the name of a variable is expected in ${…}");
  std::string index;
  if (peek() == '[') {
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) fail(at_, "this bracket is never closed");
    index = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
  }
  Expansion value = !expands        ? Expansion{}
                    : index.empty() ? look_up(name, dollar_at)
                                    : member(name, index, dollar_at);
  if (counts && expands) {
    const bool whole = index == "@" || index == "*" || name == "@" || name == "*";
    const std::size_t size =
        whole || value.words.empty() ? value.words.size() : value.words.front().text.size();
    const bool known = value.words.empty() || value.words.front().is_known();
    value = {{known ? word_at(std::to_string(size), dollar_at) : value.words.front()}, false};
  }
  if (indirect && expands) value = {{not_carried_out(dollar_at)}, false};
  if (peek() != '}') return operation(name, value, dollar_at);
  advance();
  return value;
}

WordReader::Expansion WordReader::operation(const std::string& name, const Expansion& value,
                                            std::size_t dollar_at) {
  const bool colon = peek() == ':';
  const char sign = peek(colon ? 1 : 0);
  if (std::string_view("-=+?").find(sign) == std::string_view::npos || sign == '\0') {
    until_brace(dollar_at);
    return expands ? Expansion{{not_carried_out(dollar_at)}, false} : Expansion{};
  }
  advance(colon ? 2 : 1);
  const Word other = until_brace(dollar_at);
  if (!expands) return {};
  const bool stands_in = is_unset(value.words) || (colon && is_empty(value.words));
  if (sign == '+') return stands_in ? Expansion{} : Expansion{{other}, false};
  if (!stands_in || sign == '?') return value;
  if (sign == '=') variables[name] = {{other}, false, false};
  return {{other}, false};
}

WordReader::Expansion WordReader::look_up_argument(const std::string& name, std::size_t at) const {
  std::size_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  if (number >= 1 && number <= arguments.size()) {
    return {{word_at(arguments[number - 1].text, at)}, false};
  }
  if (number == 0) return {{not_carried_out(at)}, false};  // the name of the script
  return {{unset_named(name, at)}, false};
}

WordReader::Expansion WordReader::look_up(const std::string& name, std::size_t at) const {
  if (name == "@" || name == "*") return {arguments, name == "@"};
  if (name == "#") return {{word_at(std::to_string(arguments.size()), at)}, false};
  if (name == "?") return {{word_at("0", at)}, false};
  if (is_digit(name.front())) return look_up_argument(name, at);
  if (!is_name_start(name.front())) return {{not_carried_out(at)}, false};
  const auto found = variables.find(name);
  if (found == variables.end()) return {{unset_named(name, at)}, false};
  const auto& variable = found->second;
  if (variable.members.empty()) return {{word_at("", at)}, false};
  const auto& first = variable.members.front();
  return {{variable.is_given ? word_at(first.text, at) : first}, false};
}

WordReader::Expansion WordReader::member(const std::string& name, const std::string& index,
                                         std::size_t at) const {
  const auto found = variables.find(name);
  const bool all = index == "@" || index == "*";
  if (found == variables.end())
    return all ? Expansion{} : Expansion{{unset_named(name, at)}, false};
  const auto& members = found->second.members;
  if (all) return {members, index == "@"};
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
  if (error != std::errc() || end != index.data() + index.size()) {
    return {{not_carried_out(at)}, false};
  }
  if (number < members.size()) return {{members[number]}, false};
  return {{unset_named(fmt::format("{}[{}]", name, index), at)}, false};
}

}  // namespace weft::imports
