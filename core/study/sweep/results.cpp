#include "weft/sweep/results.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "database.h"
#include "weft/base/diagnostics.h"

namespace weft::sweep {

namespace {

namespace fs = std::filesystem;

// As SQLite compares names of columns.
std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// "needs # GB, has # GB": a reason without its numbers.
std::string kind_of(const std::string& reason) {
  std::string kind;
  for (const char c : reason) {
    const bool is_number = (c >= '0' && c <= '9') || c == '.';
    if (!is_number) {
      kind += c;
    } else if (kind.empty() || kind.back() != '#') {
      kind += '#';
    }
  }
  return kind;
}

std::string fact(const Database& database, const std::string& key) {
  Statement find(database, "SELECT value FROM sweep WHERE key = ?");
  find.bind(1, std::string_view(key));
  return find.step() ? find.text(0) : "";
}

std::vector<std::string> texts(const Database& database, const std::string& sql) {
  std::vector<std::string> all;
  Statement each(database, sql);
  while (each.step()) all.push_back(each.text(0));
  return all;
}

std::vector<ask::Column> columns_of(const Database& database) {
  std::vector<ask::Column> columns;
  Statement each(database, "SELECT name, unit, meaning, better FROM columns ORDER BY rowid");
  while (each.step()) {
    columns.push_back({each.text(0), each.text(1), each.text(2), each.text(3) == "high"});
  }
  return columns;
}

FigureSummary figure(const Database& database, const ask::Column& column,
                     const std::vector<std::string>& axes) {
  FigureSummary result;
  result.column = column;
  const auto name = quoted(column.name);
  Statement range(database,
                  "SELECT count(" + name + "), min(" + name + "), max(" + name + ") FROM cases");
  range.step();
  result.known = range.integer(0);
  result.low = range.real(1);
  result.high = range.real(2);
  if (result.known == 0) return result;
  std::string sql = "SELECT \"case\", label, plan";
  for (const auto& axis : axes) sql += ", " + quoted(axis);
  Statement best(database,
                 sql + " FROM cases WHERE " + name + " = ? ORDER BY \"case\", row LIMIT 1");
  best.bind(1, column.is_better_high ? result.high : result.low);
  best.step();
  result.best = {best.integer(0), best.text(1), {}, best.text(2)};
  for (std::size_t a = 0; a < axes.size(); ++a) {
    result.best.settings.push_back(best.text(static_cast<int>(a) + 3));
  }
  return result;
}

std::vector<Reason> reasons_of(const Database& database) {
  std::map<std::string, std::size_t> places;
  std::vector<Reason> reasons;
  Statement each(database,
                 "SELECT why_not FROM cases WHERE why_not IS NOT NULL ORDER BY \"case\", row");
  while (each.step()) {
    const auto text = each.text(0);
    const auto [place, is_new] = places.try_emplace(kind_of(text), reasons.size());
    if (is_new) reasons.push_back({text, 0});
    ++reasons[place->second].lines;
  }
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason& a, const Reason& b) { return a.lines > b.lines; });
  return reasons;
}

std::int64_t count(const Database& database, const std::string& sql) {
  Statement counted(database, sql);
  counted.step();
  return counted.integer(0);
}

Cell cell_of(const Statement& line, int column, bool is_whole, bool is_real) {
  if (line.is_null(column)) return {};
  if (is_whole) return line.integer(column);
  if (is_real) return line.real(column);
  return line.text(column);
}

}  // namespace

Summary summarise(const fs::path& file) {
  const Database database(file, Database::Mode::kRead);
  Summary summary;
  summary.name = fact(database, "name");
  summary.fidelity = fact(database, "fidelity");
  summary.design = fact(database, "design");
  summary.cases = count(database, "SELECT count(*) FROM cases WHERE row = 0");
  summary.lines = count(database, "SELECT count(*) FROM cases");
  summary.without = count(database, "SELECT count(why_not) FROM cases");
  summary.axes = texts(database, "SELECT path FROM axes ORDER BY rowid");
  const auto names = texts(database, "SELECT name FROM axes ORDER BY rowid");
  for (const auto& column : columns_of(database)) {
    summary.figures.push_back(figure(database, column, names));
  }
  summary.reasons = reasons_of(database);
  return summary;
}

void for_each_line(const fs::path& file,
                   const std::function<void(const std::vector<std::string>&)>& names,
                   const std::function<void(const std::vector<Cell>&)>& line) {
  const Database database(file, Database::Mode::kRead);
  const auto all = texts(database, "SELECT name FROM pragma_table_info('cases') ORDER BY cid");
  const auto types = texts(database, "SELECT type FROM pragma_table_info('cases') ORDER BY cid");
  names(all);
  Statement each(database, "SELECT * FROM cases ORDER BY \"case\", row");
  std::vector<Cell> cells(all.size());
  while (each.step()) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      cells[c] = cell_of(each, static_cast<int>(c), types[c] == "INTEGER", types[c] == "REAL");
    }
    line(cells);
  }
}

std::vector<std::string> axis_names(const Design& design, const std::vector<ask::Column>& columns) {
  std::set<std::string> taken = {"case", "row", "label", "plan", "why_not"};
  for (const auto& column : columns) taken.insert(lower(column.name));
  std::vector<std::string> names;
  for (const auto& axis : design.axes()) {
    auto name = axis.path;
    while (taken.contains(lower(name)) || taken.contains(lower(name) + ".si")) name += ".value";
    taken.insert(lower(name));
    taken.insert(lower(name) + ".si");
    names.push_back(std::move(name));
  }
  return names;
}

bool has_numbers(const Axis& axis) {
  return axis.span.has_value() ||
         std::any_of(axis.levels.begin(), axis.levels.end(),
                     [](const Level& level) { return level.si == level.si; });
}

}  // namespace weft::sweep
