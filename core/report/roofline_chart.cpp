#include "roofline_chart.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "weft/report/text.h"

namespace weft::report {

namespace {

constexpr int kColumns = 58;  // of the plot, two dots each
constexpr int kRows = 16;     // four dots each
constexpr int kDotsAcross = 2 * kColumns;
constexpr int kDotsDown = 4 * kRows;
constexpr std::size_t kRoofLabel = 12;  // columns left of the plot

// The eight dots of a braille character, by column and row.
constexpr std::array<std::array<unsigned, 4>, 2> kDots = {
    {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};

std::string braille(unsigned dots) {
  if (dots == 0) return " ";
  constexpr unsigned kFirst = 0x2800;
  const unsigned code = kFirst + dots;
  return {static_cast<char>(0xE0U | (code >> 12U)),
          static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)),
          static_cast<char>(0x80U | (code & 0x3FU))};
}

// Where a value lies on an axis of `dots`, the first at 0.
int place(const Axis& axis, double value, int dots) {
  const double share = std::log(value / axis.low) / std::log(axis.high / axis.low);
  return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * (dots - 1)));
}

// The powers of ten on an axis, not more than can be told apart.
std::vector<double> decades(const Axis& axis) {
  constexpr int kMost = 12;
  std::vector<double> all;
  const auto first = static_cast<int>(std::ceil(std::log10(axis.low) - 1e-9));
  for (int i = first; i < first + kMost && std::pow(10, i) <= axis.high * (1 + 1e-9); ++i) {
    all.push_back(std::pow(10, i));
  }
  return all;
}

class Canvas {
 public:
  // Joins the dots of neighbouring columns.
  void curve(const Curve& curve, const Axis& x, const Axis& y) {
    int before = -1;
    for (int i = 0; i < kDotsAcross; ++i) {
      const double at = x.low * std::pow(x.high / x.low, i / double{kDotsAcross - 1});
      const int now = place(y, curve.value(at), kDotsDown);
      if (before < 0) before = now;
      const int from = before < now ? before + 1 : now;
      for (int j = std::min(from, now); j <= std::max(before - 1, now); ++j) dot(i, j);
      before = now;
    }
    name(row_of(before), curve.name);
  }
  void y_label(int row, const std::string& label) { labels_.at(at(row)) = label; }

  [[nodiscard]] std::string text() const {
    std::string all;
    for (std::size_t row = 0; row < kRows; ++row) {
      const auto& label = labels_.at(row);
      const auto width = std::min(width_of(label), kRoofLabel);
      std::string line =
          std::string(kRoofLabel - width, ' ') + label + (label.empty() ? " │" : " ┤");
      for (const auto dots : cells_.at(row)) line += braille(dots);
      line += " " + names_.at(row);
      if (width_of(line) > kTerminalColumns) line = fitted(line, kTerminalColumns);
      line.erase(line.find_last_not_of(' ') + 1);
      all += line + "\n";
    }
    return all;
  }

  static int row_of(int dot) { return kRows - 1 - dot / 4; }

 private:
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  void dot(int i, int j) {
    const int down = kDotsDown - 1 - j;
    cells_.at(at(down / 4)).at(at(i / 2)) |= kDots.at(at(i % 2)).at(at(down % 4));
  }
  void name(int row, const std::string& name) {
    auto& names = names_.at(at(row));
    names += (names.empty() ? "" : " ") + name;
  }

  std::array<std::array<unsigned, kColumns>, kRows> cells_{};
  std::array<std::string, kRows> labels_;
  std::array<std::string, kRows> names_;
};

// A line of ticks and a line of their labels.
std::string x_axis(const Axis& x) {
  std::string ticks = std::string(kRoofLabel, ' ') + " └";
  std::string labels(kRoofLabel + 2, ' ');
  int drawn_to = 0;
  for (const double value : decades(x)) {
    const int column = place(x, value, kDotsAcross) / 2;
    for (; drawn_to < column; ++drawn_to) ticks += "─";
    if (drawn_to == column) ticks += "┴";
    drawn_to = std::max(drawn_to, column + 1);
    const auto label = x.label(value);
    const auto begin = kRoofLabel + 2 + static_cast<std::size_t>(column);
    if (width_of(labels) > begin) continue;
    labels += std::string(begin - width_of(labels), ' ') + label;
  }
  for (; drawn_to < kColumns; ++drawn_to) ticks += "─";
  return ticks + "\n" + labels + "\n";
}

}  // namespace

std::string drawn(const std::vector<Curve>& curves, const Axis& x, const Axis& y) {
  Canvas canvas;
  for (const double value : decades(y)) {
    canvas.y_label(Canvas::row_of(place(y, value, kDotsDown)), y.label(value));
  }
  for (const auto& curve : curves) canvas.curve(curve, x, y);
  return canvas.text() + x_axis(x);
}

}  // namespace weft::report
