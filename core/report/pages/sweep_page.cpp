#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

// Figures drawn, and points of one; of more cases every so many is drawn.
constexpr std::size_t kMostFigures = 4;
constexpr std::size_t kMostCases = 4000;
// Settings of the other axes that have a line each.
constexpr std::size_t kMostLines = 12;

// The columns of `cases` that drawings need.
struct Cases {
  std::vector<std::string> names;
  std::vector<std::vector<sweep::Cell>> lines;

  [[nodiscard]] std::optional<std::size_t> column(const std::string& name) const {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
  }
};

Cases read(const std::filesystem::path& file, std::int64_t all) {
  Cases cases;
  const auto every = std::max<std::int64_t>(
      1, (all + static_cast<std::int64_t>(kMostCases) - 1) / static_cast<std::int64_t>(kMostCases));
  std::int64_t number = 0;
  sweep::for_each_line(
      file, [&](const std::vector<std::string>& names) { cases.names = names; },
      [&](const std::vector<sweep::Cell>& line) {
        if (number++ % every == 0) cases.lines.push_back(line);
      });
  return cases;
}

std::optional<double> number_in(const sweep::Cell& cell) {
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  return std::nullopt;
}

std::string text_in(const sweep::Cell& cell) {
  if (const auto* words = std::get_if<std::string>(&cell)) return *words;
  const auto value = number_in(cell);
  return value ? fmt::format("{:g}", *value) : "";
}

std::string short_name(const std::string& path) { return path.substr(path.find_last_of('.') + 1); }

// The SI unit of a value as written, as far as drawings know it.
std::string unit_of(const std::string& written) {
  base::UnitError error;
  const auto parsed = base::parse_quantity(written, error);
  if (!parsed) return "";
  if (parsed->dimension == base::Time::kDimension) return "s";
  if (parsed->dimension == base::Bytes::kDimension) return "B";
  if (parsed->dimension == base::Bandwidth::kDimension) return "B/s";
  if (parsed->dimension == base::Power::kDimension) return "W";
  return parsed->unit == "%" ? "%" : "";
}

// Lines of a figure over the first axis with numbers, one for each setting of the rest.
class Drawing {
 public:
  Drawing(const Cases& cases, const sweep::Summary& summary, std::string axis)
      : cases_(cases), summary_(summary), axis_(std::move(axis)) {
    if (!cases.lines.empty()) unit_ = unit_of(text_in(cases.lines.front()[*cases.column(axis_)]));
    colour_ = colouring_axis();
  }

  Json data(const ask::Column& figure, bool& is_scatter) const {
    const auto x = *cases_.column(axis_ + ".si");
    const auto y = *cases_.column(figure.name);
    Lines lines;
    for (const auto& line : cases_.lines) {
      const auto at = number_in(line[x]);
      const auto value = number_in(line[y]);
      if (at && value) lines[rest_of(line)].emplace_back(rounded(*at), rounded(*value));
    }
    is_scatter = lines.size() > kMostLines;
    return is_scatter ? scattered(x, y, figure) : drawn(lines, figure);
  }

 private:
  // "DGX H100, tdp 600 W"
  [[nodiscard]] std::string rest_of(const std::vector<sweep::Cell>& line) const {
    std::string rest = text_in(line[*cases_.column("label")]);
    for (const auto& other : summary_.axes) {
      const auto column = cases_.column(other);
      if (other == axis_ || !column) continue;
      rest += (rest.empty() ? "" : ", ") + short_name(other) + " " + text_in(line[*column]);
    }
    return rest;
  }

  using Lines = std::map<std::string, std::vector<std::pair<double, double>>>;

  [[nodiscard]] Json drawn(const Lines& lines, const ask::Column& figure) const {
    Json series = Json::array();
    for (auto [name, points] : lines) {
      std::sort(points.begin(), points.end());
      Json list = Json::array();
      for (const auto& [at, value] : points) list.push_back({at, value});
      series.push_back({{"name", name}, {"points", list}});
    }
    return {{"x", axis(short_name(axis_), unit_)},
            {"y", axis(spoken(figure.name), figure.unit)},
            {"series", series}};
  }

  // Too many to have a line each: points, in the colour of one other axis.
  [[nodiscard]] Json scattered(std::size_t x, std::size_t y, const ask::Column& figure) const {
    std::map<std::string, Json> groups;
    for (const auto& line : cases_.lines) {
      const auto at = number_in(line[x]);
      const auto value = number_in(line[y]);
      if (!at || !value) continue;
      const std::string group =
          colour_ ? short_name(cases_.names[*colour_]) + " " + text_in(line[*colour_]) : "cases";
      groups[group].push_back(
          {{"x", rounded(*at)}, {"y", rounded(*value)}, {"name", rest_of(line)}});
    }
    Json list = Json::array();
    for (auto& [name, points] : groups) list.push_back({{"name", name}, {"points", points}});
    return {{"x", axis(short_name(axis_), unit_)},
            {"y", axis(spoken(figure.name), figure.unit)},
            {"groups", list}};
  }

  // Of the other axes, the one with the fewest values, if they are few.
  [[nodiscard]] std::optional<std::size_t> colouring_axis() const {
    constexpr std::size_t kMostColours = 8;
    std::optional<std::size_t> best;
    std::size_t fewest = kMostColours + 1;
    for (const auto& other : summary_.axes) {
      const auto column = cases_.column(other);
      if (other == axis_ || !column) continue;
      std::set<std::string> values;
      for (const auto& line : cases_.lines) values.insert(text_in(line[*column]));
      if (values.size() < 2 || values.size() >= fewest) continue;
      fewest = values.size();
      best = column;
    }
    return best;
  }

  const Cases& cases_;
  const sweep::Summary& summary_;
  std::string axis_;
  std::string unit_;
  std::optional<std::size_t> colour_;
};

void add_best(html::Page& page, const sweep::Summary& summary) {
  std::vector<std::string> titles{"figure", "cases with it", "least", "most", "best in", "at"};
  Table table(titles, 1);
  for (const auto& figure : summary.figures) {
    if (figure.known == 0) continue;
    std::string at;
    for (std::size_t a = 0; a < summary.axes.size(); ++a) {
      at += (at.empty() ? "" : ", ") + short_name(summary.axes[a]) + " " + figure.best.settings[a];
    }
    table.row({spoken(figure.column.name), fmt::format("{}", figure.known),
               report::in_unit(figure.low, figure.column.unit),
               report::in_unit(figure.high, figure.column.unit), figure.best.label, at});
  }
  page.sections.push_back({"figures", "What came out",
                           "The range of each figure over all cases, and the first case in which "
                           "it is best.",
                           "table", table.data()});
}

void add_reasons(html::Page& page, const sweep::Summary& summary) {
  if (summary.reasons.empty()) return;
  Table table({"why", "cases"});
  for (const auto& reason : summary.reasons) {
    table.row({reason.example, fmt::format("{}", reason.lines)});
  }
  page.sections.push_back({"without", "Cases without figures",
                           fmt::format("{} of {} have none.", summary.without, summary.lines),
                           "table", table.data()});
}

void add_drawings(html::Page& page, const sweep::Summary& summary,
                  const std::filesystem::path& file) {
  const auto cases = read(file, summary.lines);
  const auto with_numbers =
      std::find_if(summary.axes.begin(), summary.axes.end(),
                   [&](const auto& path) { return cases.column(path + ".si").has_value(); });
  if (with_numbers == summary.axes.end()) return;
  const Drawing drawing(cases, summary, *with_numbers);
  std::size_t drawn = 0;
  for (const auto& figure : summary.figures) {
    if (figure.known == 0 || !cases.column(figure.column.name)) continue;
    if (drawn++ == kMostFigures) break;
    bool is_scatter = false;
    auto data = drawing.data(figure.column, is_scatter);
    page.sections.push_back(
        {"over-" + figure.column.name,
         fmt::format("The {} over the {}", spoken(figure.column.name), short_name(*with_numbers)),
         fmt::format("That is: {}. Over {}; {} of {} cases are drawn.", figure.column.meaning,
                     *with_numbers, cases.lines.size(), summary.lines),
         is_scatter ? "scatter" : "lines", std::move(data)});
  }
}

}  // namespace

html::Page sweep_page(const sweep::Summary& summary, const std::filesystem::path& file) {
  html::Page page;
  page.title = "Sweep: " + summary.name;
  page.subtitle = fmt::format("{} cases, {}, fidelity {}; all of them are in {}.", summary.cases,
                              summary.design, summary.fidelity, file.filename().string());
  page.headlines.push_back({"cases", fmt::format("{}", summary.cases), "", ""});
  for (const auto& figure : summary.figures) {
    if (figure.known == 0 || page.headlines.size() > kMostFigures) continue;
    const auto best = figure.column.is_better_high ? figure.high : figure.low;
    page.headlines.push_back({"best " + spoken(figure.column.name),
                              report::in_unit(best, figure.column.unit), "in " + figure.best.label,
                              ""});
  }
  add_drawings(page, summary, file);
  add_best(page, summary);
  add_reasons(page, summary);
  return page;
}

}  // namespace weft::pages
