#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
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

// "*" where an input was chosen, "†" where inputs are of the same run.
const char* mark_of(weeks::Inputs inputs) {
  if (inputs == weeks::Inputs::kChosen) return " *";
  return inputs == weeks::Inputs::kSameRun ? " †" : "";
}

std::string_view name_of(weeks::Inputs inputs) {
  constexpr std::array<std::string_view, 3> kNames = {"apart", "same_run", "chosen"};
  return kNames[static_cast<std::size_t>(inputs)];
}

const char* error_of(const PublishedPoint& point) {
  return point.is_error_of_loss() ? "lost share" : "value";
}

std::string error_text(const PublishedPoint& point) {
  if (point.error() == 0) return "within";
  return fmt::format("{:+.1f} %{}", 100 * point.error(), point.is_error_of_loss() ? " lost" : "");
}

nlohmann::ordered_json end_json(double value) {
  return std::isinf(value) ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
}

constexpr const char* kLegend =
    "error: relative, to the nearer end where a range or a bound is published; \"lost\": of what "
    "is\n"
    "  lost, 1 - the share, where more is kept than lost; within: in the range\n"
    "* an input was chosen so that this comes out: it checks the code, not the model\n"
    "† rates or times are those of the same run: it checks how they are put together\n";

}  // namespace

std::string published_terminal(const std::vector<PublishedPoint>& points, Colour colour) {
  constexpr std::size_t kWhat = 52;
  constexpr std::size_t kError = 14;
  auto text =
      bold(fitted("      failures, checkpoints, spares, yield", kWhat + 6) +
               aligned("published", 15) + aligned("predicted", 10) + aligned("error", kError),
           colour);
  for (const auto& point : points) {
    text += fitted(point.id, 6) + fitted(point.what, kWhat) + aligned(range_text(point), 15) +
            aligned(figure_text(point.predicted), 10) + aligned(error_text(point), kError) +
            mark_of(point.inputs) + "\n";
    if (!point.note.empty()) text += wrapped("why: " + point.note, 8);
  }
  return text + kLegend;
}

std::string published_csv(const std::vector<PublishedPoint>& points) {
  std::string text =
      "id,what,unit,published_low,published_high,predicted,error,error_of,inputs,how,source,note\n";
  for (const auto& point : points) {
    text +=
        fmt::format("{},{},{},{},{},{:.4g},{:.4f},{},{},{},{},{}\n", point.id, csv_cell(point.what),
                    point.unit, bound_cell(point.low), bound_cell(point.high), point.predicted,
                    point.error(), error_of(point), name_of(point.inputs), csv_cell(point.how),
                    csv_cell(point.source), csv_cell(point.note));
  }
  return text;
}

std::string published_json(const std::vector<PublishedPoint>& points) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& point : points) {
    all.push_back({{"id", point.id},
                   {"what", point.what},
                   {"unit", point.unit},
                   {"published", {end_json(point.low), end_json(point.high)}},
                   {"predicted", point.predicted},
                   {"error", point.error()},
                   {"error_of", error_of(point)},
                   {"inputs", name_of(point.inputs)},
                   {"how", point.how},
                   {"source", point.source},
                   {"note", point.note}});
  }
  const nlohmann::ordered_json json = {{"schema", "weft.published_reliability/1"}, {"points", all}};
  return json.dump(2) + "\n";
}

}  // namespace weft::report
