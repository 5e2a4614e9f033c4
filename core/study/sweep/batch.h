// Answers of neighbouring turns on their way to the file. Internal to the room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "weft/ask/question.h"

namespace weft::sweep {

// A piece of the turns of Design::case_at().
struct Turns {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

// Flat, so that a million answers are a few arrays; texts that repeat are kept once.
class Batch {
 public:
  explicit Batch(std::int64_t first = 0) : turns_{first, 0} {}

  // The answer of the next turn.
  void add(const std::vector<ask::Row>& rows);

  struct Line {
    std::int64_t turn;
    std::int64_t row;
    const std::string& label;
    const std::string& plan;
    const std::string& why_not;
    const double* values;
  };
  // In the order of turns and rows.
  template <class Visit>
  void for_each(std::size_t columns, const Visit& visit) const {
    std::size_t line = 0;
    for (std::size_t t = 0; t < rows_.size(); ++t) {
      for (std::uint32_t r = 0; r < rows_[t]; ++r, ++line) {
        const auto& text = texts_[line];
        visit(Line{turns_.first + static_cast<std::int64_t>(t), r, strings_[text[0]],
                   strings_[text[1]], strings_[text[2]], values_.data() + line * columns});
      }
    }
  }
  [[nodiscard]] const Turns& turns() const { return turns_; }

  // Between machines of one kind.
  [[nodiscard]] std::string packed() const;
  // Throws std::runtime_error for what packed() has not made.
  static Batch unpacked(const std::string& bytes);

 private:
  std::uint32_t keep(const std::string& text);

  Turns turns_;
  std::vector<std::uint32_t> rows_;                  // by turn
  std::vector<std::array<std::uint32_t, 3>> texts_;  // by line: label, plan, why not
  std::vector<double> values_;                       // by line and column
  std::vector<std::string> strings_;
  std::unordered_map<std::string, std::uint32_t> known_;
};

}  // namespace weft::sweep
