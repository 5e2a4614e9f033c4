#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "campaign_text.h"
#include "table.h"
#include "weft/report/campaign.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using weeks::PublishedPoint;

std::string figure_text(double value) { return fmt::format("{:.4g}", value); }

// "1.8 h", "> 0.9", "13 to 16 %/year"
std::string range_text(const PublishedPoint& point) {
  const bool is_open = std::isinf(point.high);
  std::string text;
  if (is_open) {
    text = "> " + figure_text(point.low);
  } else if (point.low == point.high) {
    text = figure_text(point.low);
  } else if (point.low == 0) {
    text = "< " + figure_text(point.high);
  } else {
    text = figure_text(point.low) + " to " + figure_text(point.high);
  }
  return point.unit.empty() ? text : text + " " + point.unit;
}

std::string bound_cell(double value) { return std::isinf(value) ? "" : fmt::format("{:g}", value); }

std::string aligned(const std::string& text, std::size_t width) {
  const auto own = width_of(text);
  return own < width ? std::string(width - own, ' ') + text : text;
}

}  // namespace

std::string published_terminal(const std::vector<PublishedPoint>& points, Colour colour) {
  constexpr std::size_t kWhat = 58;
  auto text = bold(fitted("      failures, checkpoints, spares, yield", kWhat + 6) +
                       aligned("published", 15) + aligned("predicted", 10) + aligned("error", 9),
                   colour);
  for (const auto& point : points) {
    text +=
        fitted(point.id, 6) + fitted(point.what, kWhat) + aligned(range_text(point), 15) +
        aligned(figure_text(point.predicted), 10) +
        aligned(point.error() == 0 ? "within" : fmt::format("{:+.1f} %", 100 * point.error()), 9) +
        (point.by_construction ? " *" : "") + "\n";
  }
  return text + "* an input was chosen so that this comes out: it checks the code, not the model\n";
}

std::string published_csv(const std::vector<PublishedPoint>& points) {
  std::string text =
      "id,what,unit,published_low,published_high,predicted,error,by_construction,how,source\n";
  for (const auto& point : points) {
    text += fmt::format("{},{},{},{},{},{:.4g},{:.4f},{},{},{}\n", point.id, csv_cell(point.what),
                        point.unit, bound_cell(point.low), bound_cell(point.high), point.predicted,
                        point.error(), point.by_construction ? "yes" : "no", csv_cell(point.how),
                        csv_cell(point.source));
  }
  return text;
}

}  // namespace weft::report
