#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "campaign_text.h"
#include "table.h"
#include "weft/report/cost.h"

namespace weft::report {

namespace {

std::string style_text(cost::Style style) {
  switch (style) {
    case cost::Style::kLimit:
      return "limit";
    case cost::Style::kSite:
      return "site";
    case cost::Style::kOwn:
      return "own";
  }
  return "";
}

std::string optional_cell(const std::optional<double>& value) {
  return value ? fmt::format("{:g}", *value) : "";
}

// Whole numbers from a thousand on, four digits below.
std::string figure_cell(double value) {
  return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

std::string optional_figure(const std::optional<double>& value) {
  return value ? figure_cell(*value) : "";
}

// Without the sign of a nothing.
std::string ratio_cell(double error, int digits) {
  const double smallest = 0.5 * std::pow(10.0, -digits);
  return fmt::format("{:.{}f}", std::abs(error) < smallest ? 0.0 : error, digits);
}

std::string positive_cell(double value) { return value > 0 ? fmt::format("{:.10g}", value) : ""; }

std::string published_text(const cost::PublishedRow& row) {
  if (!row.low || !row.high) return "nothing";
  if (*row.low == *row.high) return figure_cell(*row.low);
  return figure_cell(*row.low) + " to " + figure_cell(*row.high);
}

std::string row_error_text(const cost::PublishedRow& row) {
  const auto error = row.error();
  if (!error) return "-";
  if (*error == 0) return "within";
  const auto percent = ratio_cell(100 * *error, 1);
  return fmt::format("{}{} %{}", percent.starts_with('-') ? "" : "+", percent,
                     row.by_construction ? " *" : "");
}

std::string other_way(const cost::PublishedRow& row) {
  const auto& other = row.style == cost::Style::kLimit ? row.at_meter : row.by_limit;
  return other ? figure_cell(*other) : "-";
}

}  // namespace

std::string published_terminal(const std::vector<cost::PublishedRow>& rows, Colour colour) {
  constexpr std::size_t kWhat = 48;
  const bool both = std::any_of(rows.begin(), rows.end(), [](const cost::PublishedRow& row) {
    return row.by_limit || row.at_meter;
  });
  auto text = bold(fmt::format("  {:<4}{} {:>12} {:>10} {:>9}{}", "", fitted("", kWhat),
                               "published", "predicted", "error", both ? "  other way" : ""),
                   colour);
  for (const auto& row : rows) {
    text += fmt::format("  {:<4}{} {:>12} {:>10} {:>9}{}\n", row.id,
                        fitted(fmt::format("{}, {}", row.what, row.unit), kWhat),
                        published_text(row), figure_cell(row.predicted), row_error_text(row),
                        both ? fmt::format(" {:>10}", other_way(row)) : "");
  }
  if (both) {
    text += wrapped(
        "Predicted as published: hours at the devices' limit, or at the meter (hosts, network and "
        "cooling; a share of the limit that is assumed). Other way: by the other of the two.",
        2);
  }
  return text +
         wrapped(
             "* inputs of the same source, from memory or chosen: it checks the arithmetic. Error: "
             "to the nearer end of what is published.",
             2);
}

std::string published_csv(const std::vector<cost::PublishedRow>& rows) {
  std::string text =
      "id,what,unit,published_low,published_high,predicted,error,by_construction,style,cluster,"
      "site,hours,watts,load,by_limit,at_meter,source\n";
  for (const auto& row : rows) {
    const auto error = row.error();
    text += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{:g},{},{},{}\n", row.id, csv_cell(row.what),
        row.unit, optional_cell(row.low), optional_cell(row.high), figure_cell(row.predicted),
        error ? ratio_cell(*error, 4) : "", row.by_construction ? "yes" : "no",
        style_text(row.style), csv_cell(row.cluster), row.site, positive_cell(row.hours),
        positive_cell(row.watts), row.load, optional_figure(row.by_limit),
        optional_figure(row.at_meter), csv_cell(row.source));
  }
  return text;
}

}  // namespace weft::report
