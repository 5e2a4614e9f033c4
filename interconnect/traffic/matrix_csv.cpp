// Traffic matrices as CSV: from, to, bytes and optionally start.

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "matrix.h"
#include "weft/base/csv.h"
#include "weft/base/diagnostics.h"
#include "weft/base/unit_text.h"

namespace weft::traffic {

namespace {

constexpr std::int32_t kMostNodes = 1 << 24;
// Seconds in which a double still tells moments of 0.1 us apart.
constexpr double kLatest = 1e9;

class CsvMatrixReader {
 public:
  explicit CsvMatrixReader(base::CsvRows rows) : rows_(std::move(rows)) {}

  Matrix read() {
    if (rows_.rows.empty()) {
      faults_.add({{rows_.source, 1, 1}, 1, "a traffic matrix has a header: from, to, bytes", {}});
      faults_.throw_if_any();
    }
    const Columns columns = find_columns(rows_.rows.front());
    faults_.throw_if_any();
    Matrix matrix;
    if (rows_.rows.size() == 1) fault(rows_.rows.front().front(), "no flows follow the header");
    for (std::size_t i = 1; i < rows_.rows.size(); ++i) {
      const Connection connection = read_row(rows_.rows[i], columns);
      matrix.nodes = std::max({matrix.nodes, connection.from + 1, connection.to + 1});
      matrix.connections.push_back(connection);
    }
    faults_.throw_if_any();
    return matrix;
  }

 private:
  using Row = std::vector<base::CsvField>;
  struct Columns {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t bytes = 0;
    std::optional<std::size_t> start;
  };

  void fault(const base::CsvField& field, std::string message) {
    faults_.add({field.position, std::max(field.length, 1), std::move(message), {}});
  }

  Columns find_columns(const Row& header) {
    const auto find = [&](const char* name) -> std::optional<std::size_t> {
      const auto found = std::find_if(header.begin(), header.end(),
                                      [&](const auto& field) { return field.text == name; });
      if (found == header.end()) return std::nullopt;
      const auto again = std::find_if(found + 1, header.end(),
                                      [&](const auto& field) { return field.text == name; });
      if (again != header.end()) fault(*again, fmt::format("the column '{}' stands twice", name));
      return static_cast<std::size_t>(found - header.begin());
    };
    Columns columns;
    const auto need = [&](const char* name, std::size_t& column) {
      const auto found = find(name);
      if (found) column = *found;
      if (!found) fault(header.front(), fmt::format("there is no column '{}'", name));
    };
    need("from", columns.from);
    need("to", columns.to);
    need("bytes", columns.bytes);
    columns.start = find("start");
    for (const auto& field : header) require_known(field);
    return columns;
  }

  void require_known(const base::CsvField& field) {
    static const std::vector<std::string> kKnown = {"from", "to", "bytes", "start"};
    if (std::find(kKnown.begin(), kKnown.end(), field.text) != kKnown.end()) return;
    const auto near = base::nearest(field.text, kKnown);
    faults_.add(
        {field.position, std::max(field.length, 1),
         fmt::format("'{}' is no column of a traffic matrix", field.text),
         near.empty() ? "from, to, bytes and start are" : fmt::format("did you mean '{}'?", near)});
  }

  Connection read_row(const Row& row, const Columns& columns) {
    Connection connection;
    connection.from = node(row, columns.from);
    connection.to = node(row, columns.to);
    connection.bytes = quantity(row, columns.bytes, base::Bytes::kDimension, "bytes");
    if (columns.start && *columns.start < row.size() && !row[*columns.start].text.empty()) {
      connection.start = quantity(row, *columns.start, base::Time::kDimension, "a time");
      if (connection.start >= kLatest) {
        fault(row[*columns.start], fmt::format("a start is before {:.0e} s", kLatest));
      }
    }
    return connection;
  }

  std::int32_t node(const Row& row, std::size_t column) {
    if (column >= row.size()) {
      fault(row.front(), "the row is too short");
      return 0;
    }
    const std::string& text = row[column].text;
    std::int32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < 0 || value >= kMostNodes) {
      fault(row[column], fmt::format("a device is a number from 0 to {}", kMostNodes - 1));
      return 0;
    }
    return value;
  }

  double quantity(const Row& row, std::size_t column, const base::Dimension& dimension,
                  const char* what) {
    if (column >= row.size()) {
      fault(row.front(), "the row is too short");
      return 0;
    }
    base::UnitError error;
    const auto parsed = base::parse_quantity(row[column].text, error);
    const bool fits = parsed && (parsed->dimension == dimension || parsed->unit.empty());
    if (fits && parsed->si >= 0) return parsed->si;
    fault(row[column], parsed ? fmt::format("this is not {}", what) : error.message);
    return 0;
  }

  base::CsvRows rows_;
  base::Diagnostics faults_;
};

}  // namespace

Matrix read_csv_matrix(std::string text, std::string name) {
  return CsvMatrixReader(base::read_csv(std::move(text), std::move(name))).read();
}

}  // namespace weft::traffic
