#include "shell.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "shell_machine.h"

namespace weft::imports {

namespace {

// Commands that a script may run before it is taken for one that never ends.
constexpr int kMostCommands = 100000;
constexpr int kMostCalls = 32;

}  // namespace

Script Shell::run() {
  list({});
  if (!reader_.at_end() && !left_) {
    reader_.fail(reader_.place(), fmt::format("'{}' is not expected here", reader_.peek()));
  }
  return std::move(found_);
}

void Shell::skip_separators() {
  while (!reader_.at_end()) {
    reader_.skip_blanks();
    const char c = reader_.peek();
    if (c == '\n') {
      reader_.advance();
      skip_here_documents();
    } else if (c == '#') {
      while (!reader_.at_end() && reader_.peek() != '\n') reader_.advance();
    } else if ((c == ';' && reader_.peek(1) != ';') || c == '&' || c == '|') {
      reader_.advance();
    } else {
      return;
    }
  }
}

bool Shell::sees_word(std::string_view word) const {
  const char after = reader_.peek(word.size());
  return reader_.sees(word) && (after == '\0' || is_blank(after) || after == '\n' ||
                                after == '\r' || after == ';' || after == ')' || after == '(');
}

bool Shell::take_word(std::string_view word) {
  if (!sees_word(word)) return false;
  reader_.advance(word.size());
  return true;
}

void Shell::expect_word(std::string_view word, std::size_t open, std::string_view opener) {
  skip_separators();
  if (left_ || take_word(word)) return;
  reader_.fail(open, fmt::format("'{}' without a '{}'", opener, word));
}

Truth Shell::list(const std::vector<std::string_view>& stops) {
  Truth last = Truth::kTrue;
  while (true) {
    skip_separators();
    if (reader_.at_end() || left_) return last;
    const bool closes = reader_.peek() == ')' || reader_.sees(";;");
    const bool stopped = std::any_of(stops.begin(), stops.end(),
                                     [&](std::string_view stop) { return sees_word(stop); });
    if (closes || stopped) return last;
    last = chain();
  }
}

Truth Shell::chain() {
  Truth truth = command();
  while (!left_) {
    reader_.skip_blanks();
    const bool conjunction = reader_.sees("&&");
    if (!conjunction && !reader_.sees("||")) return truth;
    reader_.advance(2);
    skip_separators();
    Truth next = truth;
    when(conjunction ? truth : !truth, [&] { next = command(); });
    const bool runs = truth == (conjunction ? Truth::kTrue : Truth::kFalse);
    if (runs || truth == Truth::kUnknown) truth = next;
  }
  return truth;
}

Truth Shell::command() {
  if (reader_.expands && ++commands_ > kMostCommands) {
    reader_.fail(reader_.place(), "this script does not end");
  }
  if (++nesting_ > kMostCalls) reader_.fail(reader_.place(), "this is nested too deeply");
  reader_.skip_blanks();
  const std::size_t open = reader_.place();
  Truth truth = Truth::kTrue;
  if (take_word("!")) {
    truth = !command();
  } else if (take_word("if")) {
    truth = if_clause(open);
  } else if (take_word("for")) {
    for_loop(open);
  } else if (sees_word("while") || sees_word("until")) {
    while_loop(open, take_word("until") || !take_word("while"));
  } else if (take_word("case")) {
    case_clause(open);
  } else if (take_word("[[")) {
    truth = bracket_test(open);
  } else if (reader_.sees("((")) {
    reader_.advance(2);
    truth = arithmetic(reader_.arithmetic_text(open));
  } else if (reader_.peek() == '(') {
    reader_.advance();
    group(open, ')');
  } else if (take_word("{")) {
    group(open, '}');
  } else {
    truth = simple();
  }
  skip_redirections();
  --nesting_;
  return truth;
}

void Shell::group(std::size_t open, char close) {
  list(close == '}' ? std::vector<std::string_view>{"}"} : std::vector<std::string_view>{});
  if (left_) return;
  if (reader_.peek() != close) reader_.fail(open, "this bracket is never closed");
  reader_.advance();
}

Truth Shell::if_clause(std::size_t open) {
  Truth taken = Truth::kFalse;
  do {
    Truth condition = Truth::kUnknown;
    when(!taken, [&] { condition = list({"then"}); });
    expect_word("then", open, "if");
    const Truth runs = taken == Truth::kTrue        ? Truth::kFalse
                       : taken == Truth::kFalse     ? condition
                       : condition == Truth::kFalse ? Truth::kFalse
                                                    : Truth::kUnknown;
    when(runs, [&] { list({"elif", "else", "fi"}); });
    if (left_) return Truth::kTrue;
    if (taken != Truth::kTrue && condition != Truth::kFalse) taken = runs;
  } while (take_word("elif"));
  if (take_word("else")) when(!taken, [&] { list({"fi"}); });
  expect_word("fi", open, "if");
  return Truth::kTrue;
}

void Shell::for_loop(std::size_t open) {
  reader_.skip_blanks();
  if (reader_.sees("((")) {
    reader_.advance(2);
    reader_.arithmetic_text(open);
    return body(open, Truth::kUnknown);
  }
  const Word name = reader_.single();
  skip_separators();
  std::vector<Word> values = reader_.arguments;
  if (take_word("in")) {
    values.clear();
    for (auto& word : rest_of_line()) values.push_back(std::move(word));
  }
  skip_separators();
  const std::size_t start = reader_.place();
  if (values.empty() || !reader_.expands) return body(open, Truth::kFalse);
  for (const auto& value : values) {
    reader_.go_to(start);
    reader_.variables[name.text] = {{value}, false, false};
    body(open, Truth::kTrue);
    if (left_) return;
  }
}

void Shell::while_loop(std::size_t open, bool until) {
  const std::size_t start = reader_.place();
  while (true) {
    reader_.go_to(start);
    Truth condition = list({"do"});
    if (until) condition = !condition;
    if (!reader_.expands) condition = Truth::kFalse;
    body(open, condition);
    if (condition != Truth::kTrue || left_) return;
  }
}

void Shell::body(std::size_t open, Truth truth) {
  expect_word("do", open, "loop");
  when(truth, [&] { list({"done"}); });
  expect_word("done", open, "loop");
}

void Shell::case_clause(std::size_t open) {
  reader_.skip_blanks();
  const Word subject = reader_.single();
  expect_word("in", open, "case");
  Truth taken = Truth::kFalse;
  skip_separators();
  while (!sees_word("esac")) {
    if (reader_.at_end()) reader_.fail(open, "'case' without an 'esac'");
    const Truth matches = pattern(subject, open);
    const Truth runs = taken == Truth::kTrue ? Truth::kFalse : matches;
    when(runs, [&] { list({"esac"}); });
    if (left_) return;
    if (runs != Truth::kFalse) taken = runs;
    skip_separators();
    if (reader_.sees(";;")) reader_.advance(2);
    skip_separators();
  }
  take_word("esac");
}

Truth Shell::pattern(const Word& subject, std::size_t open) {
  Truth matches = Truth::kFalse;
  if (reader_.peek() == '(') reader_.advance();
  while (true) {
    reader_.skip_blanks();
    const Word one = reader_.single();
    const bool known = subject.missing != Missing::kOutput && one.is_known();
    const bool fits = ::fnmatch(one.text.c_str(), subject.shown().c_str(), 0) == 0;
    if (!known && matches == Truth::kFalse) matches = Truth::kUnknown;
    if (known && fits) matches = Truth::kTrue;
    reader_.skip_blanks();
    const char c = reader_.peek();
    reader_.advance();
    if (c == ')') return matches;
    if (c != '|') reader_.fail(open, "a pattern of this 'case' does not end with ')'");
  }
}

Truth Shell::bracket_test(std::size_t open) {
  std::vector<Word> words;
  while (true) {
    reader_.skip_blanks();
    while (reader_.peek() == '\n') {
      reader_.advance();
      reader_.skip_blanks();
    }
    if (reader_.at_end()) reader_.fail(open, "'[[' is never closed by ']]'");
    if (take_word("]]")) break;
    const std::size_t at = reader_.place();
    const std::size_t size =
        reader_.sees("&&") || reader_.sees("||")                                  ? 2
        : std::string_view("()<>").find(reader_.peek()) != std::string_view::npos ? 1
                                                                                  : 0;
    if (size > 0) {
      words.push_back(word_at(reader_.text().substr(at, size), at));
      reader_.advance(size);
      continue;
    }
    words.push_back(reader_.single());
    if (reader_.place() == at) reader_.fail(at, "this cannot stand in '[[ … ]]'");
  }
  return reader_.expands ? test(words) : Truth::kUnknown;
}

Script run_script(const base::PlainText& file, const std::map<std::string, std::string>& settings,
                  const std::function<bool(std::string_view)>& is_wanted) {
  return Shell(file, settings, is_wanted).run();
}

std::vector<Word> arguments_of(const base::PlainText& file,
                               const std::map<std::string, std::string>& settings) {
  return WordReader(file, settings).arguments_to_end();
}

}  // namespace weft::imports
