// What varies in a sweep, and the cases that this makes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/ask/point.h"
#include "weft/base/document.h"
#include "weft/base/fields.h"
#include "weft/base/samples.h"

namespace weft::sweep {

inline constexpr std::int64_t kMostCases = 1'000'000'000;  // of a grid
inline constexpr std::int64_t kMostPoints = 10'000'000;    // of other schemes

enum class Scheme { kGrid, kLatinHypercube, kSobol };
inline constexpr int kSchemeCount = 3;
const char* name_of(Scheme scheme);  // as documents have it

// A value of an axis, and what it looks like in a table.
struct Level {
  base::Node value;
  std::string text;
  double si;  // not a number for words, lists and maps
};

// Numbers between two ends, in the unit that the first is written with.
struct Span {
  double from = 0, to = 0;
  std::optional<double> mode;  // triangular; else uniform
  bool is_log = false;         // uniform in the logarithm
  double step = 0;             // else values `from` + a whole number of steps
  std::string unit;            // as written: "GB/s"; empty: a plain number
  double si_per_unit = 1;
};

// Either all its levels, or a span that values are drawn from.
struct Axis {
  std::string path;  // as ask::Change has it
  std::vector<Level> levels;
  std::optional<Span> span;
  base::Node written;  // its value in the document, for messages
};

// A value of one case.
struct Setting {
  std::string text;
  double si = 0;  // not a number for words, lists and maps
};

// Cases are numbered from 0; what a case is depends on its number alone.
class Design {
 public:
  // Throws std::invalid_argument for what read_design() would not give.
  Design(std::vector<Axis> axes, Scheme scheme, std::int64_t points, std::uint64_t seed);

  [[nodiscard]] std::int64_t cases() const { return cases_; }
  [[nodiscard]] const std::vector<Axis>& axes() const { return axes_; }
  [[nodiscard]] Scheme scheme() const { return scheme_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  // The case that is computed as number `turn`: an order in which neighbours share most, so that
  // little is read again. A permutation of the cases.
  [[nodiscard]] std::int64_t case_at(std::int64_t turn) const;
  // One setting an axis.
  void settings(std::int64_t number, std::vector<Setting>& settings) const;
  // Puts the case's changes into a point, which is to be used for cases of one design alone.
  void place(std::int64_t number, ask::Point& point) const;

 private:
  [[nodiscard]] std::size_t level_of(std::int64_t number, std::size_t axis) const;
  [[nodiscard]] std::string drawn_text(std::int64_t number, std::size_t axis) const;

  std::vector<Axis> axes_;
  Scheme scheme_;
  std::uint64_t seed_;
  std::int64_t cases_ = 1;
  std::vector<std::int64_t> strides_;    // of a grid: how often an axis stays as it is
  std::vector<std::size_t> slow_first_;  // of a grid: axes in the order in which they are walked
  base::Samples samples_{0, 0};
};

// `vary`, `design`, `points` and `seed` of a sweep. Errors go to the reading, which is to be looked
// at before the result is used; none: nothing to use.
std::optional<Design> read_design(base::Fields& fields);

}  // namespace weft::sweep
