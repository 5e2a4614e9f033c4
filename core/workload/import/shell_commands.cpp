// Simple commands of a script: assignments, redirections, functions, built-in commands.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "shell_machine.h"

namespace weft::imports {

namespace {

constexpr std::array kDeclaring =
    std::to_array<std::string_view>({"export", "declare", "local", "readonly", "typeset"});
// Commands that print their words instead of running them.
constexpr std::array kPrinting =
    std::to_array<std::string_view>({"echo", "printf", "cat", "tee", "grep", "sed", ":"});

template <class List>
bool holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

Truth Shell::arithmetic(const Word& expression) {
  if (!reader_.expands) return Truth::kUnknown;
  const auto& text = expression.text;
  const std::size_t first = text.find_first_not_of(" \t");
  std::size_t end = first;
  while (end < text.size() && is_name_part(text[end])) ++end;
  const std::size_t sign = text.find_first_not_of(" \t", end);
  const auto rest = sign == std::string::npos ? std::string() : text.substr(sign);
  const bool steps = rest == "++" || rest == "--";
  const bool sets = !rest.empty() && rest[0] == '=' && (rest.size() < 2 || rest[1] != '=');
  const bool changes = rest.size() > 1 && rest[1] == '=' &&
                       std::string_view("+-*/%").find(rest[0]) != std::string_view::npos;
  if (!steps && !sets && !changes) {
    const Word value = reader_.calculate(expression);
    return value.is_known() ? truth_of(value.text != "0") : Truth::kUnknown;
  }
  const std::string name = text.substr(first, end - first);
  std::string formula = rest.substr(sets ? 1 : 2);
  if (steps) formula = fmt::format("{} {} 1", name, rest[0]);
  if (changes) formula = fmt::format("{} {} ({})", name, rest[0], formula);
  assign(name, {{reader_.calculate(word_at(formula, expression.position()))}, false, false});
  return Truth::kTrue;
}

bool Shell::skip_redirections() {
  bool any = false;
  while (true) {
    reader_.skip_blanks();
    std::size_t digits = 0;
    while (reader_.peek(digits) >= '0' && reader_.peek(digits) <= '9') ++digits;
    const bool ampersand = reader_.sees("&>");
    const char sign = reader_.peek(ampersand ? 1 : digits);
    if (sign != '<' && sign != '>') return any;
    any = true;
    reader_.advance(ampersand ? 1 : digits);
    const bool here = reader_.sees("<<") && !reader_.sees("<<<");
    while (std::string_view("<>&|").find(reader_.peek()) != std::string_view::npos &&
           !reader_.at_end()) {
      reader_.advance();
    }
    if (here && reader_.peek() == '-') reader_.advance();
    reader_.skip_blanks();
    if (reader_.peek() == '(') {
      reader_.advance();
      reader_.skip_parentheses(reader_.place() - 1);
      continue;
    }
    const Word target = reader_.single();
    if (here) here_documents_.push_back(target.text);
  }
}

void Shell::skip_here_documents() {
  for (const auto& end : here_documents_) {
    while (!reader_.at_end()) {
      const auto rest = reader_.text().substr(reader_.place());
      std::string_view line = rest.substr(0, rest.find('\n'));
      reader_.advance(std::min(line.size() + 1, rest.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      if (line == end) break;
    }
  }
  here_documents_.clear();
}

bool Shell::ends_command() const {
  const char c = reader_.peek();
  return reader_.at_end() || c == '\n' || c == ';' || c == '&' || c == '|' || c == ')';
}

std::vector<Word> Shell::rest_of_line() {
  std::vector<Word> words;
  while (true) {
    if (skip_redirections()) continue;
    if (ends_command()) return words;
    if (reader_.peek() == '#') {
      while (!reader_.at_end() && reader_.peek() != '\n') reader_.advance();
      return words;
    }
    if (reader_.peek() == '(') reader_.fail(reader_.place(), "a '(' is not expected here");
    for (auto& word : reader_.fields()) words.push_back(std::move(word));
  }
}

std::size_t Shell::assignment_length() const {
  if (!is_name_start(reader_.peek())) return 0;
  std::size_t end = 0;
  while (is_name_part(reader_.peek(end))) ++end;
  if (reader_.peek(end) == '[') {
    while (reader_.peek(end) != ']' && reader_.peek(end) != '\n' && reader_.peek(end) != '\0') {
      ++end;
    }
    if (reader_.peek(end) == ']') ++end;
  }
  if (reader_.peek(end) == '+') ++end;
  return reader_.peek(end) == '=' ? end + 1 : 0;
}

void Shell::assign(const std::string& name, Variable value) {
  if (reader_.expands) reader_.variables[name] = std::move(value);
}

void Shell::assignment(std::size_t length) {
  const std::size_t at = reader_.place();
  std::string name(reader_.text().substr(at, length - 1));
  const bool adds = name.ends_with('+');
  if (adds) name.pop_back();
  const bool indexed = name.find('[') != std::string::npos;
  name = name.substr(0, name.find('['));
  reader_.advance(length);
  Variable value;
  value.is_array = reader_.peek() == '(';
  if (value.is_array) {
    reader_.advance();
    value.members = reader_.members();
  } else {
    value.members = {reader_.single()};
  }
  if (indexed || maybe_) {
    // One member of an array, or something that may not happen.
    const Word word =
        missing_word(Missing::kOutput, fmt::format("what {} holds is not known here", name), at);
    if (reader_.expands || maybe_) reader_.variables[name] = {{word}, value.is_array, false};
    return;
  }
  if (!adds) return assign(name, std::move(value));
  auto before = reader_.variables[name];
  if (value.is_array) {
    auto& members = value.members;
    members.insert(members.begin(), before.members.begin(), before.members.end());
  } else if (!before.members.empty()) {
    before.members.front().add(value.members.front());
    value = std::move(before);
  }
  assign(name, std::move(value));
}

Truth Shell::simple() {
  bool declares = false;
  std::vector<Word> words;
  while (true) {
    if (skip_redirections()) continue;
    if (ends_command()) break;
    const std::size_t length = words.empty() || declares ? assignment_length() : 0;
    if (length > 0) {
      assignment(length);
      continue;
    }
    const std::size_t at = reader_.place();
    if (words.empty() && is_function(at)) return Truth::kTrue;
    if (reader_.peek() == '#') {
      while (!reader_.at_end() && reader_.peek() != '\n') reader_.advance();
      break;
    }
    if (reader_.peek() == '(') reader_.fail(at, "a '(' is not expected here");
    auto more = reader_.fields();
    for (auto& word : more) words.push_back(std::move(word));
    declares = !words.empty() && holds(kDeclaring, words.front().text);
    // A test ends at its own bracket only.
    if (!words.empty() && words.front().text == "[") continue;
  }
  return execute(words);
}

bool Shell::is_function(std::size_t at) {
  const bool keyword = take_word("function");
  reader_.skip_blanks();
  std::size_t size = 0;
  while (is_name_part(reader_.peek(size)) || reader_.peek(size) == '-') ++size;
  const std::string name(reader_.text().substr(reader_.place(), size));
  std::size_t after = size;
  while (is_blank(reader_.peek(after))) ++after;
  const bool brackets = reader_.peek(after) == '(' && reader_.peek(after + 1) == ')';
  if (size == 0 || (!keyword && !brackets)) {
    reader_.go_to(at);
    return false;
  }
  reader_.advance(brackets ? after + 2 : after);
  skip_separators();
  if (reader_.expands) functions_[name] = reader_.place();
  const bool maybe = std::exchange(maybe_, false);
  when(Truth::kFalse, [&] { command(); });
  maybe_ = maybe;
  return true;
}

bool Shell::call(const std::vector<Word>& words) {
  const auto found = functions_.find(words.front().text);
  if (found == functions_.end()) return false;
  const std::size_t back = reader_.place();
  auto outer = std::exchange(reader_.arguments, {words.begin() + 1, words.end()});
  reader_.go_to(found->second);
  command();
  reader_.arguments = std::move(outer);
  if (!left_) reader_.go_to(back);
  return true;
}

Truth Shell::execute(const std::vector<Word>& words) {
  if (words.empty()) return Truth::kTrue;
  const std::string& name = words.front().text;
  if (!reader_.expands) {
    if (maybe_ && !holds(kPrinting, name)) refuse_wanted(words);
    return Truth::kUnknown;
  }
  if (name == "[" || name == "test") {
    const std::size_t size = words.size() - (name == "[" && words.back().text == "]" ? 2 : 1);
    return test(std::span<const Word>(words).subspan(1, size));
  }
  if (name == "false") return Truth::kFalse;
  if (name == "exit") left_ = true;
  if (left_) reader_.go_to(reader_.text().size());
  if (name == "shift" && !reader_.arguments.empty()) {
    reader_.arguments.erase(reader_.arguments.begin());
  }
  if (name == "set" && words.size() > 1 && words[1].text == "--") {
    reader_.arguments.assign(words.begin() + 2, words.end());
  }
  if (name == "read" || name == "unset" || name == "mapfile") forget(words);
  if ((name == "source" || name == ".") && words.size() > 1) found_.sourced.push_back(words[1]);
  if (name == "let" && words.size() == 2) arithmetic(words[1]);
  if (!holds(kPrinting, name) && !holds(kDeclaring, name) && !call(words)) keep_wanted(words);
  return Truth::kTrue;
}

void Shell::forget(const std::vector<Word>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) reader_.variables.erase(words[i].text);
}

const Word* Shell::wanted_in(const std::vector<Word>& words) const {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const Word& word) { return is_wanted_(word.text); });
  return found == words.end() ? nullptr : &*found;
}

void Shell::refuse_wanted(const std::vector<Word>& words) const {
  const Word* word = wanted_in(words);
  if (word == nullptr) return;
  reader_.fail(word->position(), "whether this command runs is not known here",
               "it depends on files, on the output of a command or on the environment");
}

void Shell::keep_wanted(const std::vector<Word>& words) {
  if (wanted_in(words) != nullptr) return found_.commands.push_back(words);
  // A command in a text.
  std::vector<Word> all;
  for (const auto& word : words) {
    for (auto& part : split_at_blanks(word)) all.push_back(std::move(part));
  }
  if (wanted_in(all) != nullptr) found_.commands.push_back(std::move(all));
}

}  // namespace weft::imports
