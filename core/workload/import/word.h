// Words of a shell script that know where each letter was written, internal to the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::imports {

// Why a text is not known.
enum class Missing {
  kNothing,  // it is known
  kUnset,    // a variable that nothing in the file sets; empty where a shell looks at it
  kOutput,   // what a command prints, or what a form does that is not carried out here
};

struct Word {
  // With a letter that no file may hold in place of what is missing.
  std::string text;
  std::vector<std::size_t> at;  // the byte of the file that each byte of `text` comes from
  std::size_t start = 0;        // where the word begins, for one without letters
  Missing missing = Missing::kNothing;
  std::string cause;         // what is missing: "NNODES is not set"
  std::size_t cause_at = 0;  // and where

  [[nodiscard]] bool is_known() const { return missing == Missing::kNothing; }
  // Without what is missing.
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] std::size_t position() const { return at.empty() ? start : at.front(); }
  void add(char letter, std::size_t offset) {
    text += letter;
    at.push_back(offset);
  }
  // The letters of another word behind these.
  void add(const Word& other);
  // Something that is not known, behind these letters.
  void add_missing(Missing kind, std::string what, std::size_t offset);
};

// A word whose letters all stand at one place.
Word word_at(std::string_view text, std::size_t offset);
// A word of which nothing is known.
Word missing_word(Missing kind, std::string what, std::size_t offset);
// The letters [first, first + count) as a word.
Word part_of(const Word& word, std::size_t first, std::size_t count);
// Cut at blanks and line ends.
std::vector<Word> split_at_blanks(const Word& word);

bool is_blank(char c);       // space or tab
bool is_name_start(char c);  // of a variable
bool is_name_part(char c);

}  // namespace weft::imports
