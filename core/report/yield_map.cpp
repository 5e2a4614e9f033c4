// Wafers as pictures.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "weft/report/yield.h"

namespace weft::report {

namespace {

using manufacturing::SimulatedWafer;

// Told apart also without colours of their own: light to dark; further bins share the last one.
constexpr std::array<const char*, 5> kBinColours = {"#9fd8b4", "#bcd7f0", "#f3dfa0", "#e2c4ec",
                                                    "#d5d5d5"};
constexpr const char* kScrapColour = "#cf8378";

const char* colour_of(int bin) {
  if (bin < 0) return kScrapColour;
  return kBinColours[std::min(static_cast<std::size_t>(bin), kBinColours.size() - 1)];
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else
      result += c;
  }
  return result;
}

double in_mm(base::Length length) { return 1e3 * length.si(); }

// Dies from the top of the picture down: y grows downwards there.
std::string dies_svg(const yield::Answer& answer, const SimulatedWafer& wafer) {
  const double width = in_mm(answer.made.die.width);
  const double height = in_mm(answer.made.die.height);
  std::string svg;
  for (const auto& die : wafer.dies) {
    svg += fmt::format(
        "<rect x=\"{:.3f}\" y=\"{:.3f}\" width=\"{:.3f}\" height=\"{:.3f}\" fill=\"{}\" "
        "stroke=\"#ffffff\" stroke-width=\"0.6\"/>\n",
        in_mm(die.place.x), -in_mm(die.place.y) - height, width, height, colour_of(die.bin));
  }
  return svg;
}

std::string spots_svg(const SimulatedWafer& wafer) {
  std::string svg;
  for (const auto& spot : wafer.spots) {
    svg += fmt::format("<circle cx=\"{:.3f}\" cy=\"{:.3f}\" r=\"{}\" {}/>\n", in_mm(spot.x),
                       -in_mm(spot.y), spot.is_latent ? 2 : 1,
                       spot.is_latent ? "fill=\"none\" stroke=\"#205090\" stroke-width=\"0.7\""
                                      : "fill=\"#202020\"");
  }
  return svg;
}

std::string legend_svg(const yield::Answer& answer, const SimulatedWafer& wafer, double left,
                       double top) {
  constexpr double kLine = 9;
  std::string svg;
  double y = top;
  const auto line = [&](const std::string& mark, const std::string& text) {
    svg +=
        mark + fmt::format("<text x=\"{}\" y=\"{:.1f}\">{}</text>\n", left + 10, y, escaped(text));
    y += kLine;
  };
  const auto box = [&](int bin) {
    return fmt::format("<rect x=\"{}\" y=\"{:.1f}\" width=\"6\" height=\"6\" fill=\"{}\"/>", left,
                       y - 5.5, colour_of(bin));
  };
  const auto count = [&](int bin) {
    return std::count_if(wafer.dies.begin(), wafer.dies.end(),
                         [bin](const auto& die) { return die.bin == bin; });
  };
  const auto& bins = answer.bins.bins;
  for (std::size_t b = 0; b < bins.size(); ++b) {
    line(box(static_cast<int>(b)), fmt::format("{}: {}", bins[b].name, count(static_cast<int>(b))));
  }
  line(box(-1), fmt::format("scrap: {}", count(-1)));
  line(fmt::format("<circle cx=\"{}\" cy=\"{:.1f}\" r=\"1\"/>", left + 3, y - 2.5),
       "killer defect");
  line(fmt::format("<circle cx=\"{}\" cy=\"{:.1f}\" r=\"2\" fill=\"none\" stroke=\"#205090\" "
                   "stroke-width=\"0.7\"/>",
                   left + 3, y - 2.5),
       "latent defect");
  return svg;
}

}  // namespace

std::string wafer_text(const SimulatedWafer& wafer) {
  int left = std::numeric_limits<int>::max();
  int right = std::numeric_limits<int>::min();
  int bottom = left;
  int top = right;
  for (const auto& die : wafer.dies) {
    left = std::min(left, die.place.column);
    right = std::max(right, die.place.column);
    bottom = std::min(bottom, die.place.row);
    top = std::max(top, die.place.row);
  }
  if (wafer.dies.empty()) return "";
  std::vector<std::string> rows(static_cast<std::size_t>(top - bottom) + 1,
                                std::string(2 * (static_cast<std::size_t>(right - left) + 1), ' '));
  for (const auto& die : wafer.dies) {
    auto& row = rows[static_cast<std::size_t>(top - die.place.row)];
    const char mark = die.bin < 0 ? '.' : static_cast<char>('1' + std::min(die.bin, 8));
    row[2 * static_cast<std::size_t>(die.place.column - left)] = mark;
  }
  std::string text;
  for (auto& row : rows) {
    row.erase(row.find_last_not_of(' ') + 1);
    text += "  " + row + "\n";
  }
  return text;
}

std::string wafer_svg(const yield::Answer& answer, const SimulatedWafer& wafer) {
  const double radius = in_mm(answer.made.wafer.diameter) / 2;
  constexpr double kMargin = 5;
  constexpr double kLegend = 110;
  const double size = 2 * (radius + kMargin);
  auto svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} {} {} {}\" width=\"{}\" "
      "height=\"{}\" font-family=\"sans-serif\" font-size=\"6\">\n<title>{}</title>\n",
      -radius - kMargin, -radius - kMargin, size + kLegend, size, 2.5 * (size + kLegend),
      2.5 * size, escaped(answer.chip.name + ", one wafer"));
  svg += fmt::format("<circle r=\"{}\" fill=\"#fafafa\" stroke=\"#808080\"/>\n", radius);
  svg += dies_svg(answer, wafer) + spots_svg(wafer);
  svg += legend_svg(answer, wafer, radius + 2 * kMargin, -radius + 2 * kMargin);
  return svg + "</svg>\n";
}

}  // namespace weft::report
