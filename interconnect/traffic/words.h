// The words of a text line by line, with their places. Internal to the room.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/diagnostics.h"

namespace weft::traffic {

struct Word {
  std::string_view text;
  base::Position position;
};

// What is wrong with a word goes to `faults`.
class WordLines {
 public:
  WordLines(std::string text, std::string name);

  // The words of the next line that has any; none at the end.
  std::vector<Word> next();
  void fault(const Word& word, std::string message);
  // Where the line behind the last one would stand, for what is missing.
  [[nodiscard]] Word end() const;
  [[nodiscard]] base::Diagnostics& faults() { return faults_; }

 private:
  std::shared_ptr<const base::SourceText> source_;
  std::size_t at_ = 0;
  int line_ = 0;
  base::Diagnostics faults_;
};

}  // namespace weft::traffic
