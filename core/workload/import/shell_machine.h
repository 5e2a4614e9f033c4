// The shell as it runs, internal to the library; see shell.h.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shell.h"
#include "shell_test.h"
#include "word_reader.h"

namespace weft::imports {

class Shell {
 public:
  Shell(const base::PlainText& file, const std::map<std::string, std::string>& settings,
        const std::function<bool(std::string_view)>& is_wanted)
      : reader_(file, settings), is_wanted_(is_wanted) {}

  Script run();

 private:
  // Runs `part` as it stands; skips it; or reads it as something that may or may not happen.
  template <class Part>
  void when(Truth truth, Part part) {
    const bool ran = std::exchange(reader_.expands, reader_.expands && truth == Truth::kTrue);
    const bool maybe = std::exchange(maybe_, maybe_ || (ran && truth == Truth::kUnknown));
    part();
    reader_.expands = ran;
    maybe_ = maybe;
  }

  void skip_separators();
  [[nodiscard]] bool sees_word(std::string_view word) const;
  bool take_word(std::string_view word);
  void expect_word(std::string_view word, std::size_t open, std::string_view opener);
  // Commands up to one of `stops`, which stays, or to the end.
  Truth list(const std::vector<std::string_view>& stops);
  // a && b || c
  Truth chain();
  Truth command();

  void group(std::size_t open, char close);
  Truth if_clause(std::size_t open);
  void for_loop(std::size_t open);
  void while_loop(std::size_t open, bool until);
  void body(std::size_t open, Truth truth);
  void case_clause(std::size_t open);
  Truth pattern(const Word& subject, std::size_t open);
  Truth bracket_test(std::size_t open);

  // ((NAME = …)), ((NAME += …)), ((NAME++)), or a condition.
  Truth arithmetic(const Word& expression);
  // Reads over `> file`, `2>&1`, `<< END` and the like.
  bool skip_redirections();
  void skip_here_documents();
  [[nodiscard]] bool ends_command() const;
  std::vector<Word> rest_of_line();
  // The length of `NAME=`, `NAME+=` or `NAME[i]=` here, or 0.
  [[nodiscard]] std::size_t assignment_length() const;
  void assign(const std::string& name, Variable value);
  void assignment(std::size_t length);
  Truth simple();
  // NAME() { … } or function NAME { … }: remembers where the body is.
  bool is_function(std::size_t at);
  bool call(const std::vector<Word>& words);
  Truth execute(const std::vector<Word>& words);
  void forget(const std::vector<Word>& words);
  [[nodiscard]] const Word* wanted_in(const std::vector<Word>& words) const;
  void refuse_wanted(const std::vector<Word>& words) const;
  void keep_wanted(const std::vector<Word>& words);

  WordReader reader_;
  const std::function<bool(std::string_view)>& is_wanted_;
  Script found_;
  std::map<std::string, std::size_t> functions_;
  std::vector<std::string> here_documents_;
  int commands_ = 0;
  int nesting_ = 0;
  bool maybe_ = false;  // what is read may or may not run
  bool left_ = false;   // by `exit`
};

}  // namespace weft::imports
