// The flags of a launch command with their values, internal to the library.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flags.h"
#include "weft/base/plain_text.h"
#include "weft/import/note.h"
#include "word.h"

namespace weft::imports {

class Options {
 public:
  // Sorts the words of a command by the table of flags. Words up to one that ends in ".py" are the
  // launcher's; there, what is not known is passed over. Throws InputError: a value that is
  // missing, a word that belongs to no flag.
  Options(const base::PlainText& file, std::vector<Word> words, Notes& notes);

  [[nodiscard]] bool has(std::string_view flag) const { return given_.contains(flag); }
  // Whether any flag is one that only MindSpeed-LLM has.
  [[nodiscard]] bool has_mindspeed() const { return mindspeed_; }

  // The value of a flag; nothing when it is not given. Throws InputError for what is no whole
  // number of at least `minimum`, or is not known.
  [[nodiscard]] std::optional<std::int64_t> number(
      std::string_view flag, std::int64_t minimum,
      std::int64_t most = std::numeric_limits<std::int32_t>::max()) const;
  [[nodiscard]] int small(std::string_view flag, int minimum, int fallback) const;
  // Throws InputError when it is not given.
  [[nodiscard]] std::int64_t required(std::string_view flag, std::int64_t minimum) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view flag) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view flag) const;

  // Throws InputError at the flag's value, or at the command when it is not given.
  [[noreturn]] void fail(std::string_view flag, const std::string& message,
                         const std::string& hint = "") const;
  void understood(std::string_view flag, const std::string& why) const;
  void comment(std::string line) const { notes_->comments.push_back(std::move(line)); }

 private:
  struct Given {
    Word name;
    std::vector<Word> values;
  };
  void take(std::size_t& next, bool launcher);
  std::vector<Word> values_of(const Word& name, int count, std::size_t& next) const;
  void note(const Flag* flag, const Word& name, const std::vector<Word>& values, bool launcher);
  [[nodiscard]] const Word& known_value(std::string_view flag, const Word& value) const;

  const base::PlainText* file_;
  std::vector<Word> words_;
  Notes* notes_;
  std::map<std::string, Given, std::less<>> given_;  // the last of each counts
  bool mindspeed_ = false;
};

// Where a missing word's cause stands and what to do about it, as an error.
[[noreturn]] void fail_missing(const base::PlainText& file, const Word& word,
                               const std::string& needed_for);

}  // namespace weft::imports
