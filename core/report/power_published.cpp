#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "campaign_text.h"
#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/published_power.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using PowerPoint = watts::PublishedPoint;

std::string_view kind_name(watts::Kind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"test", "fit", "construction"};
  return kNames[static_cast<std::size_t>(kind)];
}

const char* kind_mark(watts::Kind kind) {
  if (kind == watts::Kind::kFit) return " *";
  return kind == watts::Kind::kConstruction ? " †" : "";
}

// Four digits, and no exponent.
std::string watts_figure(double value) {
  return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

std::string published_range(const PowerPoint& point) {
  if (!point.low && !point.high) return "nothing";
  if (point.is_at_most()) {
    return fmt::format("at most {} {}", watts_figure(*point.high), point.unit);
  }
  auto text = watts_figure(*point.low);
  if (*point.low != *point.high) text += " to " + watts_figure(*point.high);
  return text + " " + point.unit;
}

std::string power_error_text(const PowerPoint& point) {
  const auto error = point.error();
  if (!error) return "-";
  if (*error != 0) return fmt::format("{:+.1f} %", 100 * *error);
  if (!point.is_at_most()) return "within";
  return fmt::format("{:.0f} % below", 100 * (1 - point.predicted / *point.high));
}

std::string bound_text(const std::optional<double>& bound) {
  return bound ? watts_figure(*bound) : "";
}

nlohmann::ordered_json bound_json(const std::optional<double>& bound) {
  return bound ? nlohmann::ordered_json(*bound) : nlohmann::ordered_json();
}

constexpr const char* kPowerLegend =
    "error: relative, to the nearer end where a range is published; within: in the range; below: "
    "what\n"
    "  is published is an upper end alone, a rating or the feed of a rack, and no error is known.\n"
    "  Systems and all-in figures are nameplates: every part at its limit, fans at full speed\n"
    "* a figure was chosen so that this comes out: it checks the code, not the model\n"
    "† what is published is a sum of ratings, or has inputs of its own that were assumed\n"
    "parts of systems: --json\n";

}  // namespace

std::string lines_text(const std::vector<site::PowerLine>& lines) {
  std::string text;
  for (const auto& line : lines) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", line.what, base::to_text(line.power));
  }
  return text;
}

std::string published_terminal(const std::vector<PowerPoint>& points, Colour colour) {
  constexpr std::size_t kWhat = 50;
  auto text = bold(fitted("      power", kWhat + 6) +
                       fmt::format("{:>18} {:>9} {:>10}", "published", "predicted", "error"),
                   colour);
  for (const auto& point : points) {
    text +=
        fitted(point.id, 6) + fitted(point.what, kWhat) +
        fmt::format("{:>18} {:>9} {:>10}{}\n", published_range(point),
                    watts_figure(point.predicted), power_error_text(point), kind_mark(point.kind));
    if (!point.note.empty()) text += wrapped("why: " + point.note, 8);
  }
  return text + kPowerLegend;
}

std::string published_csv(const std::vector<PowerPoint>& points) {
  std::string text =
      "id,what,unit,published_low,published_high,predicted,error,kind,bar,by,inputs,site,at,how,"
      "parts,source,note\n";
  for (const auto& point : points) {
    const auto error = point.error();
    text += fmt::format(
        "{},{},{},{},{},{},{},{},{:g},{},{},{},{},{},{},{},{}\n", point.id, csv_cell(point.what),
        point.unit, bound_text(point.low), bound_text(point.high), watts_figure(point.predicted),
        error ? fmt::format("{:.4f}", *error) : "", kind_name(point.kind), point.bar,
        csv_cell(point.by.way), csv_cell(point.by.inputs), csv_cell(point.by.site),
        csv_cell(point.by.at), csv_cell(point.how), csv_cell(lines_text(point.parts)),
        csv_cell(point.source), csv_cell(point.note));
  }
  return text;
}

std::string published_json(const std::vector<PowerPoint>& points) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& point : points) {
    auto parts = nlohmann::ordered_json::array();
    for (const auto& line : point.parts) {
      parts.push_back({{"what", line.what}, {"count", line.count}, {"power_W", line.power.si()}});
    }
    all.push_back({{"id", point.id},
                   {"what", point.what},
                   {"unit", point.unit},
                   {"published", {bound_json(point.low), bound_json(point.high)}},
                   {"published_is_at_most", point.is_at_most()},
                   {"predicted", point.predicted},
                   {"error", bound_json(point.error())},
                   {"kind", kind_name(point.kind)},
                   {"bar", point.bar},
                   {"by", point.by.way},
                   {"inputs", point.by.inputs},
                   {"site", point.by.site},
                   {"at", point.by.at},
                   {"how", point.how},
                   {"parts", parts},
                   {"source", point.source},
                   {"note", point.note}});
  }
  const nlohmann::ordered_json json = {{"schema", "weft.published_power/1"}, {"points", all}};
  return json.dump(2) + "\n";
}

}  // namespace weft::report
