// Curves on logarithmic axes, drawn in braille dots.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace weft::report {

struct Curve {
  std::string name;  // stands at its right end
  std::function<double(double)> value;
};

// An axis from `low` to `high`, both more than 0, with a label for each power of ten.
struct Axis {
  double low = 1, high = 10;
  std::function<std::string(double)> label;
};

// Lines of text, each ended by a newline, of at most kTerminalColumns.
std::string drawn(const std::vector<Curve>& curves, const Axis& x, const Axis& y);

}  // namespace weft::report
