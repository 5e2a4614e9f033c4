#include "word.h"

#include <algorithm>
#include <utility>

namespace weft::imports {

namespace {

// Control characters do not pass the check of a file's text.
constexpr char kUnsetMark = '\x01';
constexpr char kOutputMark = '\x02';

bool stands_for_missing(char c) { return c == kUnsetMark || c == kOutputMark; }

constexpr std::string_view kBlanks = " \t\n\r";

}  // namespace

std::string Word::shown() const {
  std::string letters = text;
  letters.erase(std::remove_if(letters.begin(), letters.end(), stands_for_missing), letters.end());
  return letters;
}

void Word::add(const Word& other) {
  if (at.empty()) start = other.position();
  text += other.text;
  at.insert(at.end(), other.at.begin(), other.at.end());
  // The output of a command is the worse of the two: a shell takes the other for empty.
  if (other.missing <= missing) return;
  missing = other.missing;
  cause = other.cause;
  cause_at = other.cause_at;
}

void Word::add_missing(Missing kind, std::string what, std::size_t offset) {
  add(missing_word(kind, std::move(what), offset));
}

Word word_at(std::string_view text, std::size_t offset) {
  Word word;
  word.start = offset;
  for (const char c : text) word.add(c, offset);
  return word;
}

Word missing_word(Missing kind, std::string what, std::size_t offset) {
  Word word;
  word.start = offset;
  word.add(kind == Missing::kUnset ? kUnsetMark : kOutputMark, offset);
  word.missing = kind;
  word.cause = std::move(what);
  word.cause_at = offset;
  return word;
}

Word part_of(const Word& word, std::size_t first, std::size_t count) {
  Word part;
  part.start = first < word.at.size() ? word.at[first] : word.start;
  part.text = word.text.substr(first, count);
  const auto begin = word.at.begin() + static_cast<std::ptrdiff_t>(first);
  part.at.assign(begin, begin + static_cast<std::ptrdiff_t>(part.text.size()));
  if (std::none_of(part.text.begin(), part.text.end(), stands_for_missing)) return part;
  part.missing = word.missing;
  part.cause = word.cause;
  part.cause_at = word.cause_at;
  return part;
}

std::vector<Word> split_at_blanks(const Word& word) {
  std::vector<Word> parts;
  std::size_t first = word.text.find_first_not_of(kBlanks);
  while (first != std::string::npos) {
    const std::size_t end = word.text.find_first_of(kBlanks, first);
    parts.push_back(part_of(word, first, end == std::string::npos ? end : end - first));
    first = end == std::string::npos ? end : word.text.find_first_not_of(kBlanks, end);
  }
  return parts;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

}  // namespace weft::imports
