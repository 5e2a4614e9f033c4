#include "words.h"

#include <algorithm>

namespace weft::traffic {

namespace {

constexpr std::string_view kBlanks = " \t\r";

}  // namespace

WordLines::WordLines(std::string text, std::string name)
    : source_(
          std::make_shared<base::SourceText>(base::SourceText{std::move(name), std::move(text)})) {}

std::vector<Word> WordLines::next() {
  const std::string_view all = source_->bytes;
  std::vector<Word> words;
  while (words.empty() && at_ < all.size()) {
    const std::size_t end = std::min(all.find('\n', at_), all.size());
    const std::string_view line = all.substr(at_, end - at_);
    at_ = end + 1;
    ++line_;
    std::size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos || line[begin] == '#') continue;
    while (begin != std::string_view::npos) {
      const std::size_t stop = std::min(line.find_first_of(kBlanks, begin), line.size());
      words.push_back(
          {line.substr(begin, stop - begin), {source_, line_, static_cast<int>(begin) + 1}});
      begin = line.find_first_not_of(kBlanks, stop);
    }
  }
  return words;
}

void WordLines::fault(const Word& word, std::string message) {
  const int length = std::max(static_cast<int>(word.text.size()), 1);
  faults_.add({word.position, length, std::move(message), {}});
}

Word WordLines::end() const { return {{}, {source_, std::max(line_, 1), 1}}; }

}  // namespace weft::traffic
