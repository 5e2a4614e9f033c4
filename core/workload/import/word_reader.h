// Quoting and expansion: from the letters of a script to words, internal to the library.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/plain_text.h"
#include "word.h"

namespace weft::imports {

// Expansions inside of expansions.
inline constexpr int kMostNested = 64;

// A variable: one word, or the members of an array.
struct Variable {
  std::vector<Word> members;
  bool is_array = false;
  bool is_given = false;  // by the user: its letters stand nowhere in the file
};

// Where a script is being read, and what its variables hold.
class WordReader {
 public:
  // `settings` are variables that the user gives, as an environment does; "1", "2" … are the
  // script's arguments. They win over nothing: the script may set them anew.
  WordReader(const base::PlainText& file, const std::map<std::string, std::string>& settings);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  // The letter at the place of reading or behind it; 0 behind the end.
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool sees(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }
  [[nodiscard]] std::size_t place() const { return at_; }
  void go_to(std::size_t place) { at_ = place; }
  // Never behind the end: a backslash may be the last letter.
  void advance(std::size_t letters = 1) { at_ = std::min(at_ + letters, text_.size()); }

  // Blanks, escaped line ends; not line ends.
  void skip_blanks();
  // The words that one word of the script becomes: none, one or many.
  std::vector<Word> fields();
  // The same in one piece, as on the right of `=`.
  Word single();
  // An array in parentheses; stands behind the '('.
  std::vector<Word> members();
  // All words up to the end of the file, whatever lines they stand in.
  std::vector<Word> arguments_to_end();
  // Reads over a '( … )' whose '(' has been read.
  void skip_parentheses(std::size_t open);
  // The value of an expression in text form; missing words make the result missing.
  Word calculate(const Word& expression);
  // The expression up to '))', which is read too.
  Word arithmetic_text(std::size_t open);

  // Throws InputError at a byte.
  [[noreturn]] void fail(std::size_t offset, const std::string& message,
                         const std::string& hint = "") const;

  std::map<std::string, Variable> variables;
  std::vector<Word> arguments;  // $1, $2 …
  bool expands = true;          // else words keep only the letters written

 private:
  struct Expansion {
    std::vector<Word> words;
    bool separate = false;  // "${A[@]}": a word each, even in quotes
  };
  class Fields;

  std::vector<Word> words_of_lines();
  // Ends a hostile script that doubles its variables.
  void count_letters(const std::vector<Word>& words);
  void piece(Fields& fields);
  void single_quoted(Fields& fields);
  void double_quoted(Fields& fields);
  void splice(Fields& fields, const Expansion& expansion, bool quoted);
  Expansion dollar();
  Expansion expansion_here();
  Expansion braces(std::size_t dollar_at);
  Expansion operation(const std::string& name, const Expansion& value, std::size_t dollar_at);
  Word until_brace(std::size_t open);
  Word output_of(std::size_t open, std::string_view form);
  [[nodiscard]] Expansion look_up(const std::string& name, std::size_t at) const;
  [[nodiscard]] Expansion look_up_argument(const std::string& name, std::size_t at) const;
  [[nodiscard]] Expansion member(const std::string& name, const std::string& index,
                                 std::size_t at) const;
  std::string name_of_parameter();

  const base::PlainText* file_;
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t letters_ = 0;  // of all words so far
};

}  // namespace weft::imports
