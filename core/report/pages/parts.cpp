#include "parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "weft/base/quantity.h"

namespace weft::pages {

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json number(const std::optional<double>& value) { return value ? number(*value) : Json(); }

Json bars(const std::string& unit, const std::vector<std::string>& categories,
          const std::vector<Series>& series, bool stacked) {
  Json all = Json::array();
  for (const auto& one : series) {
    Json values = Json::array();
    for (const double value : one.values) values.push_back(number(value));
    all.push_back({{"name", one.name}, {"values", values}});
  }
  Json data = {{"unit", unit}, {"categories", categories}, {"series", all}};
  if (stacked) data["stacked"] = true;
  return data;
}

Json waterfall(const std::string& unit, const Step& from, std::vector<Step> steps, const Step& to,
               double least) {
  const double small = least * std::max(std::abs(from.value), std::abs(to.value));
  Json shown = Json::array();
  double rest = 0;
  for (const auto& step : steps) {
    if (std::abs(step.value) < small) {
      rest += step.value;
      continue;
    }
    shown.push_back({{"name", step.name}, {"value", step.value}});
  }
  if (rest != 0) shown.push_back({{"name", "all other"}, {"value", rest}});
  return {{"unit", unit},
          {"from", {{"name", from.name}, {"value", from.value}}},
          {"steps", shown},
          {"to", {{"name", to.name}, {"value", to.value}}}};
}

Table::Table(const std::vector<std::string>& titles, std::size_t words) {
  for (std::size_t i = 0; i < titles.size(); ++i) {
    columns_.push_back({{"title", titles[i]}, {"align", i < words ? "left" : "right"}});
  }
}

Json Table::data() const {
  Json rows = Json::array();
  for (const auto& row : rows_) rows.push_back(row);
  return {{"columns", columns_}, {"rows", rows}};
}

Json marked(const std::string& text, const char* mark, const std::string& note) {
  Json cell = {{"text", text}, {"mark", mark}};
  if (!note.empty()) cell["note"] = note;
  return cell;
}

Json axis(const std::string& name, const std::string& unit, bool log) {
  Json axis = {{"name", name}, {"unit", unit}};
  if (log) axis["log"] = true;
  return axis;
}

Json text(const std::vector<std::string>& paragraphs) { return {{"paragraphs", paragraphs}}; }

std::string id_of(const std::string& word, std::size_t number, std::size_t of) {
  return of <= 1 ? word : fmt::format("{}-{}", word, number + 1);
}

std::vector<std::string> distinct(std::vector<std::string> labels) {
  std::map<std::string, int> count;
  for (const auto& label : labels) ++count[label];
  std::map<std::string, int> seen;
  for (auto& label : labels) {
    if (count[label] > 1) label += fmt::format(" ({})", ++seen[label]);
  }
  return labels;
}

Json progress_points(const details::Weeks& weeks) {
  constexpr std::size_t kMost = 600;
  Json points = Json::array();
  for (const auto& point : details::progress_of(weeks, kMost).points) {
    points.push_back({rounded(point.time), rounded(point.done)});
  }
  return points;
}

Json stop_marks(const details::Weeks& weeks) {
  constexpr std::size_t kMost = 120;
  Json marks = Json::array();
  for (const auto& entry : weeks.replica.timeline) {
    if (entry.happening != campaign::Happening::kStopped) continue;
    if (marks.size() == kMost) return Json::array();
    marks.push_back({{"x", rounded(entry.time)}, {"name", entry.cause}, {"kind", "failure"}});
  }
  return marks;
}

std::string spoken(std::string name) {
  for (const auto* word : {"mfu", "ettr"}) {
    if (name != word) continue;
    for (auto& letter : name) letter = static_cast<char>(std::toupper(letter));
  }
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string days(double seconds) { return fmt::format("{:.3g} d", seconds / base::kDay.si()); }

std::string span(std::string from, const std::string& to) {
  const auto unit_from = from.find_last_of(' ');
  const auto unit_to = to.find_last_of(' ');
  if (unit_from != std::string::npos && unit_to != std::string::npos &&
      from.substr(unit_from) == to.substr(unit_to)) {
    from.resize(unit_from);
  }
  return from + "–" + to;
}

double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double unit = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  return std::round(value * unit) / unit;
}

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  auto end = most;
  // Not within a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

}  // namespace weft::pages
