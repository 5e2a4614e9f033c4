#include "word_reader.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "arithmetic.h"

namespace weft::imports {

namespace {

// Ends a word outside of quotes.
bool ends_word(char c) {
  return c == '\0' || is_blank(c) || c == '\n' || c == '\r' || c == ';' || c == '&' || c == '|' ||
         c == '(' || c == ')' || c == '<' || c == '>';
}

// Letters of all words that a script may make of its variables.
constexpr std::size_t kMostLetters = std::size_t{1} << 24U;

bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r'; }

}  // namespace

// Words in the making.
class WordReader::Fields {
 public:
  explicit Fields(std::size_t start, bool splits) : splits_(splits) { current_.start = start; }

  void add(char letter, std::size_t at) {
    current_.add(letter, at);
    open_ = true;
  }
  void add_quoted(const Word& word) {
    current_.add(word);
    open_ = true;
  }
  void mark_quoted() { open_ = true; }
  void end() {
    if (open_) done_.push_back(std::move(current_));
    current_ = Word{};
    open_ = false;
  }
  // An expansion outside of quotes: its blanks end words.
  void add_split(const Word& word) {
    if (!splits_) return add_quoted(word);
    if (word.text.empty()) return;
    if (is_space(word.text.front())) end();
    const auto parts = split_at_blanks(word);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) end();
      add_quoted(parts[i]);
    }
    if (is_space(word.text.back())) end();
  }
  [[nodiscard]] bool splits() const { return splits_; }
  std::vector<Word> take() {
    end();
    return std::move(done_);
  }

 private:
  bool splits_;
  bool open_ = false;
  Word current_;
  std::vector<Word> done_;
};

WordReader::WordReader(const base::PlainText& file,
                       const std::map<std::string, std::string>& settings)
    : file_(&file), text_(file.bytes()) {
  for (const auto& [name, value] : settings) {
    if (!name.empty() && is_name_start(name.front())) {
      variables[name] = {{word_at(value, 0)}, false, true};
    }
  }
  for (int i = 1;; ++i) {
    const auto found = settings.find(std::to_string(i));
    if (found == settings.end()) break;
    arguments.push_back(word_at(found->second, 0));
  }
}

void WordReader::fail(std::size_t offset, const std::string& message,
                      const std::string& hint) const {
  throw base::InputError({{file_->position(offset), 1, message, hint}});
}

void WordReader::skip_blanks() {
  while (!at_end()) {
    if (is_blank(peek()) || peek() == '\r') {
      advance();
    } else if (sees("\\\n")) {
      advance(2);
    } else if (sees("\\\r\n")) {
      advance(3);
    } else {
      return;
    }
  }
}

std::vector<Word> WordReader::fields() {
  Fields fields(at_, true);
  while (!at_end() && !ends_word(peek())) piece(fields);
  auto words = fields.take();
  count_letters(words);
  return words;
}

void WordReader::count_letters(const std::vector<Word>& words) {
  for (const auto& word : words) letters_ += word.text.size() + 1;
  if (letters_ > kMostLetters) fail(at_, "what this script makes of its variables is too long");
}

Word WordReader::single() {
  Fields fields(at_, false);
  const std::size_t start = at_;
  while (!at_end() && !ends_word(peek())) piece(fields);
  auto words = fields.take();
  count_letters(words);
  return words.empty() ? word_at("", start) : std::move(words.front());
}

std::vector<Word> WordReader::members() {
  const std::size_t open = at_ - 1;
  auto all = words_of_lines();
  if (at_end()) fail(open, "this parenthesis is never closed");
  if (peek() != ')') fail(at_, fmt::format("'{}' cannot stand in an array", peek()));
  advance();
  return all;
}

std::vector<Word> WordReader::arguments_to_end() {
  auto all = words_of_lines();
  if (!at_end()) fail(at_, fmt::format("'{}' cannot stand in a list of arguments", peek()));
  return all;
}

std::vector<Word> WordReader::words_of_lines() {
  std::vector<Word> all;
  while (true) {
    skip_blanks();
    if (at_end()) return all;
    if (peek() == '\n') {
      advance();
    } else if (peek() == '#') {
      while (!at_end() && peek() != '\n') advance();
    } else if (ends_word(peek())) {
      return all;
    } else {
      for (auto& word : fields()) all.push_back(std::move(word));
    }
  }
}

void WordReader::piece(Fields& fields) {
  const char c = peek();
  if (c == '\\') {
    if (sees("\\\n")) return advance(2);
    if (sees("\\\r\n")) return advance(3);
    advance();
    if (!at_end()) fields.add(peek(), at_);
    return advance();
  }
  if (c == '\'') return single_quoted(fields);
  if (c == '"') return double_quoted(fields);
  if (c == '$' && peek(1) == '\'') {
    advance();
    return single_quoted(fields);
  }
  if (c == '$' || c == '`') return splice(fields, dollar(), false);
  fields.add(c, at_);
  advance();
}

void WordReader::single_quoted(Fields& fields) {
  const std::size_t open = at_;
  const std::size_t end = text_.find('\'', open + 1);
  if (end == std::string_view::npos) fail(open, "this quote is never closed");
  fields.mark_quoted();
  for (std::size_t i = open + 1; i < end; ++i) fields.add(text_[i], i);
  at_ = end + 1;
}

void WordReader::double_quoted(Fields& fields) {
  const std::size_t open = at_;
  advance();
  bool vanishes = false;  // "${A[@]}" of an empty array is no word at all
  while (true) {
    if (at_end()) fail(open, "this quote is never closed");
    const char c = peek();
    if (c == '"') break;
    if (c == '\\' && (sees("\\\n") || sees("\\\r\n"))) {
      advance(peek(1) == '\n' ? 2 : 3);
    } else if (c == '\\' && std::string_view("\"\\$`").find(peek(1)) != std::string_view::npos) {
      fields.add(peek(1), at_ + 1);
      advance(2);
    } else if (c == '$' || c == '`') {
      const auto expansion = dollar();
      vanishes = vanishes || (expansion.separate && expansion.words.empty());
      splice(fields, expansion, true);
    } else {
      fields.add(c, at_);
      advance();
    }
  }
  if (!vanishes) fields.mark_quoted();
  advance();
}

Word WordReader::until_brace(std::size_t open) {
  if (++depth_ > kMostNested) fail(open, "this is nested too deeply");
  Fields fields(at_, false);
  while (peek() != '}') {
    if (at_end()) fail(open, "'${' is never closed");
    piece(fields);
  }
  --depth_;
  advance();
  auto words = fields.take();
  return words.empty() ? word_at("", open) : std::move(words.front());
}

void WordReader::splice(Fields& fields, const Expansion& expansion, bool quoted) {
  for (std::size_t i = 0; i < expansion.words.size(); ++i) {
    const auto& word = expansion.words[i];
    if (i > 0 && (!quoted || expansion.separate) && fields.splits()) {
      fields.end();
    } else if (i > 0) {
      fields.add(' ', word.position());
    }
    if (quoted) {
      fields.add_quoted(word);
    } else {
      fields.add_split(word);
    }
  }
}

void WordReader::skip_parentheses(std::size_t open) {
  int depth = 1;
  while (depth > 0) {
    if (at_end()) fail(open, "this parenthesis is never closed");
    const char c = peek();
    if (c == '\'') {
      const std::size_t end = text_.find('\'', at_ + 1);
      if (end == std::string_view::npos) fail(at_, "this quote is never closed");
      at_ = end;
    } else if (c == '\\') {
      advance();
    } else if (c == '"') {
      const bool expanded = std::exchange(expands, false);
      Fields ignored(at_, false);
      double_quoted(ignored);
      expands = expanded;
      continue;
    }
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    advance();
  }
}

Word WordReader::output_of(std::size_t open, std::string_view form) {
  if (form == "`") {
    const std::size_t end = text_.find('`', open + 1);
    if (end == std::string_view::npos) fail(open, "this quote is never closed");
    at_ = end + 1;
  } else {
    advance(2);
    skip_parentheses(open + 1);
  }
  return missing_word(Missing::kOutput, "the output of a command is not known here", open);
}

Word WordReader::arithmetic_text(std::size_t open) {
  Fields fields(at_, false);
  int depth = 0;
  while (true) {
    if (at_end() || peek() == '\n') fail(open, "'((' is never closed by '))'");
    if (depth == 0 && sees("))")) break;
    if (peek() == '$' || peek() == '`') {
      splice(fields, dollar(), true);
      continue;
    }
    depth += peek() == '(' ? 1 : peek() == ')' ? -1 : 0;
    fields.add(peek(), at_);
    advance();
  }
  advance(2);
  auto words = fields.take();
  return words.empty() ? word_at("", open) : std::move(words.front());
}

Word WordReader::calculate(const Word& expression) {
  const std::size_t at = expression.position();
  // The first thing that is not known, of the variables that the expression names.
  Word unknown;
  const auto value_of = [&](const std::string& name) {
    if (++depth_ > kMostNested) fail(at, name + " refers to itself");
    const auto found = look_up(name, at);
    const Word inner = found.words.empty() ? word_at("0", at) : calculate(found.words.front());
    --depth_;
    unknown.add(inner);
    std::int64_t value = 0;
    std::from_chars(inner.text.data(), inner.text.data() + inner.text.size(), value);
    return value;
  };
  if (!expression.is_known()) {
    return missing_word(expression.missing, expression.cause, expression.cause_at);
  }
  std::int64_t value = 0;
  try {
    value = evaluate(expression.text, value_of);
  } catch (const ArithmeticError& error) {
    // A zero that stands in for a missing number may not be divided by.
    if (unknown.is_known()) fail(at, error.what());
  }
  if (unknown.is_known()) return word_at(std::to_string(value), at);
  return missing_word(unknown.missing, unknown.cause, unknown.cause_at);
}

}  // namespace weft::imports
