// A text out of which known phrases are taken, until what is left is what nobody knows.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::validation {

class PhraseText {
 public:
  explicit PhraseText(std::string_view text);

  // Takes all places where `phrase` (lower case) stands as whole words; false when there is none.
  bool take(std::string_view phrase);
  // Takes all of them; whether any was there.
  bool take_any(std::initializer_list<std::string_view> phrases);
  // The first whole number right behind `before` (and right before `after`), taken with both.
  std::optional<int> take_number(std::string_view before, std::string_view after = "");
  // "[10, 8, 6]".
  std::vector<int> take_list();
  [[nodiscard]] bool empty() const { return rest().empty(); }
  // What is left, without brackets, joints and words that mean nothing by themselves.
  [[nodiscard]] std::string rest() const;

 private:
  [[nodiscard]] std::size_t find(std::string_view phrase, std::size_t from) const;
  void blank(std::size_t begin, std::size_t end);

  std::string text_;
};

std::string lower(std::string_view text);

}  // namespace weft::validation
