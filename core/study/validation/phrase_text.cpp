#include "phrase_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace weft::validation {

namespace {

// Stands where a phrase was taken, so that no phrase is found across the gap.
constexpr char kGap = '\x01';

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Words that join phrases and say nothing by themselves.
constexpr std::array<std::string_view, 15> kJoints = {"in",  "of",   "the",  "default", "and",
                                                      "on",  "over", "with", "or",      "all",
                                                      "per", "mode", "true", "method",  "a"};

}  // namespace

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

PhraseText::PhraseText(std::string_view text) : text_(lower(text)) {}

std::size_t PhraseText::find(std::string_view phrase, std::size_t from) const {
  for (auto at = text_.find(phrase, from); at != std::string::npos;
       at = text_.find(phrase, at + 1)) {
    const auto end = at + phrase.size();
    const bool starts = at == 0 || !is_word(phrase.front()) || !is_word(text_[at - 1]);
    const bool ends = end == text_.size() || !is_word(phrase.back()) || !is_word(text_[end]);
    if (starts && ends) return at;
  }
  return std::string::npos;
}

void PhraseText::blank(std::size_t begin, std::size_t end) {
  std::fill(text_.begin() + static_cast<std::ptrdiff_t>(begin),
            text_.begin() + static_cast<std::ptrdiff_t>(end), kGap);
}

bool PhraseText::take(std::string_view phrase) {
  bool found = false;
  for (auto at = find(phrase, 0); at != std::string::npos; at = find(phrase, at)) {
    blank(at, at + phrase.size());
    found = true;
  }
  return found;
}

bool PhraseText::take_any(std::initializer_list<std::string_view> phrases) {
  bool found = false;
  for (const auto phrase : phrases) found = take(phrase) || found;
  return found;
}

std::optional<int> PhraseText::take_number(std::string_view before, std::string_view after) {
  for (auto at = text_.find(before); at != std::string::npos; at = text_.find(before, at + 1)) {
    if (at > 0 && is_word(text_[at - 1]) && (before.empty() || is_word(before.front()))) continue;
    const auto begin = at + before.size();
    int value = 0;
    const auto* last = text_.data() + text_.size();
    const auto [end, error] = std::from_chars(text_.data() + begin, last, value);
    if (error != std::errc()) continue;
    const auto behind = static_cast<std::size_t>(end - text_.data());
    if (std::string_view(text_).substr(behind, after.size()) != after) continue;
    if (after.empty() && behind < text_.size() && is_word(text_[behind])) continue;
    blank(at, behind + after.size());
    return value;
  }
  return std::nullopt;
}

std::vector<int> PhraseText::take_list() {
  const auto open = text_.find('[');
  const auto close = text_.find(']', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  std::vector<int> values;
  for (std::size_t at = open + 1; at < close;) {
    if (!is_digit(text_[at])) {
      if (is_word(text_[at])) return {};
      ++at;
      continue;
    }
    int value = 0;
    const auto* begin = text_.data();
    const auto [end, error] = std::from_chars(begin + at, begin + close, value);
    if (error != std::errc()) return {};
    values.push_back(value);
    at = static_cast<std::size_t>(end - begin);
  }
  if (!values.empty()) blank(open, close + 1);
  return values;
}

std::string PhraseText::rest() const {
  std::string kept;
  for (std::size_t at = 0; at < text_.size();) {
    if (!is_word(text_[at])) {
      ++at;
      continue;
    }
    // A word runs on over what joins its letters ("swap-attention", "1.5").
    auto end = at;
    while (end < text_.size() && text_[end] != kGap && text_[end] != ' ' && text_[end] != ',' &&
           text_[end] != ';' && text_[end] != '(' && text_[end] != ')' && text_[end] != '+') {
      ++end;
    }
    auto word = text_.substr(at, end - at);
    while (!word.empty() && !is_word(word.back())) word.pop_back();
    if (std::find(kJoints.begin(), kJoints.end(), word) == kJoints.end()) {
      kept += (kept.empty() ? "" : " ") + word;
    }
    at = end;
  }
  return kept;
}

}  // namespace weft::validation
