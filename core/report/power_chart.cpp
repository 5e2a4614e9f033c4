#include "power_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "weft/base/unit_text.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

constexpr std::size_t kChartColumns = 86;
constexpr int kChartRows = 10;
constexpr int kBlockSteps = 8;
constexpr std::size_t kAxisLabel = 10;

struct Band {
  double low = 0, high = 0;
};

std::vector<Band> bands_of(const power::Samples& samples) {
  const auto count = samples.power.size();
  const auto columns = std::min(kChartColumns, count);
  std::vector<Band> bands;
  for (std::size_t c = 0; c < columns; ++c) {
    const auto from = c * count / columns;
    const auto to = (c + 1) * count / columns;
    const auto [low, high] =
        std::minmax_element(samples.power.begin() + static_cast<std::ptrdiff_t>(from),
                            samples.power.begin() + static_cast<std::ptrdiff_t>(to));
    bands.push_back({*low, *high});
  }
  return bands;
}

// A block filled from below in eighths.
std::string block_of_eighths(int eighths) {
  static constexpr std::array<const char*, kBlockSteps + 1> kBlocks = {" ", "▁", "▂", "▃", "▄",
                                                                       "▅", "▆", "▇", "█"};
  return kBlocks.at(static_cast<std::size_t>(std::clamp(eighths, 0, kBlockSteps)));
}

std::string chart_cell(const Band& range, double top, int row) {
  const double scale = kChartRows * kBlockSteps / top;
  const int below = row * kBlockSteps;
  const int low = static_cast<int>(std::lround(range.low * scale)) - below;
  const int high = static_cast<int>(std::lround(range.high * scale)) - below;
  if (low >= kBlockSteps) return block_of_eighths(kBlockSteps);
  if (high <= low || high <= 0) return block_of_eighths(low);
  // What lies between its lowest and its highest sample takes the whole character.
  return low > 0 && high < kBlockSteps ? block_of_eighths(high) : "░";
}

}  // namespace

std::string drawn(const power::Samples& samples) {
  const auto bands = bands_of(samples);
  double top = 0;
  for (const auto& one : bands) top = std::max(top, one.high);
  if (!(top > 0)) return "";
  std::string text;
  for (int row = kChartRows - 1; row >= 0; --row) {
    std::string label;
    if (row == kChartRows - 1) label = base::to_text(base::Power(top));
    if (row == kChartRows / 2 - 1) label = base::to_text(base::Power(top / 2));
    std::string line = std::string(kAxisLabel - std::min(kAxisLabel, width_of(label)), ' ') +
                       label + (label.empty() ? " │" : " ┤");
    for (const auto& one : bands) line += chart_cell(one, top, row);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  text += std::string(kAxisLabel - 1, ' ') + "0 └";
  for (std::size_t c = 0; c < bands.size(); ++c) text += "─";
  const auto end = base::to_text(base::Time(samples.length));
  const auto width = kAxisLabel + 2 + bands.size();
  text += "\n" + std::string(width > width_of(end) ? width - width_of(end) : 0, ' ') + end + "\n";
  return text;
}

}  // namespace weft::report
