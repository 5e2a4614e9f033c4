#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "weft/base/csv.h"
#include "weft/base/diagnostics.h"
#include "weft/network/points.h"

namespace weft::network {

namespace {

using Columns = std::map<std::string, std::size_t>;

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
  return is_whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

// One row of a table by the names of its columns.
class Row {
 public:
  Row(const Columns& columns, const std::vector<base::CsvField>& fields,
      base::Diagnostics& diagnostics)
      : columns_(columns), fields_(fields), diagnostics_(diagnostics) {}

  [[nodiscard]] std::string text(const std::string& column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() ? "" : fields_[found->second].text;
  }
  [[nodiscard]] int line() const { return fields_.front().position.line; }
  // A number of 0 or more, an error otherwise; 0 for a blank where that may be.
  [[nodiscard]] double number(const std::string& column, bool may_be_blank = false) const {
    if (may_be_blank && text(column).empty()) return 0;
    const auto value = number_in(text(column));
    if (value && *value >= 0) return *value;
    error(column, fmt::format("'{}' in column '{}'; a number of 0 or more is expected",
                              text(column), column));
    return 0;
  }
  [[nodiscard]] int count(const std::string& column, bool may_be_blank = false) const {
    const double value = number(column, may_be_blank);
    constexpr double kMost = 1e9;
    if (value == std::floor(value) && value <= kMost) return static_cast<int>(value);
    error(column,
          fmt::format("'{}' in column '{}'; a whole number is expected", text(column), column));
    return 0;
  }
  void error(const std::string& column, std::string message) const {
    const auto found = columns_.find(column);
    const auto& field = fields_[found == columns_.end() ? 0 : found->second];
    diagnostics_.add({field.position, std::max(1, field.length), std::move(message), ""});
  }

 private:
  const Columns& columns_;
  const std::vector<base::CsvField>& fields_;
  base::Diagnostics& diagnostics_;
};

std::string split_of(const Row& row) {
  auto split = lower(row.text("split"));
  if (split.empty() || split == "fit" || split == "test") return split;
  row.error("split", fmt::format("the split '{}'; fit or test is expected", row.text("split")));
  return "";
}

// Blank or auto: whatever the model takes to be fastest.
std::optional<Algorithm> algorithm_in(const Row& row) {
  const auto name = lower(row.text("algorithm"));
  if (name.empty() || name == "auto") {
    // Without it NCCL has rings and trees only, and takes rings where all are on one switch.
    const bool without_switch = row.text("notes").find("NVLS disabled") != std::string::npos;
    return without_switch ? std::optional(Algorithm::kRing) : std::nullopt;
  }
  const auto known = interconnect::algorithm_of(name);
  if (known && *known != Algorithm::kNone) return known;
  row.error("algorithm", fmt::format("no algorithm is named '{}'", row.text("algorithm")));
  return std::nullopt;
}

// The number in front of `unit`, as in "128 tok x 7168": 0 when there is none.
double number_before(const std::string& text, const std::string& unit) {
  const auto at = text.find(unit);
  if (at == std::string::npos) return 0;
  auto end = at;
  while (end > 0 && text[end - 1] == ' ') --end;
  auto begin = end;
  while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
  return number_in(std::string_view(text).substr(begin, end - begin)).value_or(0);
}

double number_after(const std::string& text, const std::string& lead) {
  const auto at = text.find(lead);
  if (at == std::string::npos) return 0;
  const auto begin = at + lead.size();
  auto end = begin;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return number_in(std::string_view(text).substr(begin, end - begin)).value_or(0);
}

// What one token is as deepseek-ai/DeepEP tests/test_low_latency.py counts it: dispatched in eight
// bits with a scale of four bytes for 128 numbers and a header of 16, combined in sixteen.
double token_bytes(double hidden, bool is_combine) {
  constexpr double kNumbersPerScale = 128;
  constexpr double kScaleBytes = 4;
  constexpr double kHeaderBytes = 16;
  constexpr double kCombineBytes = 2;
  if (is_combine) return kCombineBytes * hidden;
  return hidden + hidden / kNumbersPerScale * kScaleBytes + kHeaderBytes;
}

// Of all tokens that a rank hands to its experts or gets back.
double expert_bytes(const std::string& text, bool is_combine) {
  const double tokens = number_before(text, "tok");
  const double hidden = number_after(text, "x ");
  const double experts = number_after(text, "top-");
  return hidden > 0 ? tokens * experts * token_bytes(hidden, is_combine) : 0;
}

void read_operation(CollectivePoint& point) {
  const auto name = lower(point.operation);
  if (const auto known = interconnect::collective_of(name)) {
    point.collective = *known;
    return;
  }
  if (name == "moe_dispatch_lowlat" || name == "moe_combine_lowlat") {
    point.collective = Collective::kAllToAll;
    return;
  }
  point.reason = name.starts_with("moe_")
                     ? "tokens that go to several experts of one host cross once"
                     : fmt::format("no collective is named '{}'", point.operation);
}

// The figure as a time.
void read_figure(const std::string& metric, double value, CollectivePoint& point) {
  constexpr double kGiga = 1e9;
  constexpr double kMicro = 1e-6;
  point.metric = metric;
  point.published = value;
  if (!point.reason.empty()) return;
  if (!(value > 0)) {
    point.reason = "the figure is rounded to nothing";
  } else if (metric == "time_us" && point.unit == "us") {
    point.time = base::Time(value * kMicro);
  } else if (point.unit != "GB/s") {
    point.reason = fmt::format("no figure of a collective: {} in {}", metric, point.unit);
  } else if (metric == "busbw") {
    const double factor = interconnect::bus_factor(point.collective, point.ranks);
    point.time = base::Time(point.bytes.si() * factor / (value * kGiga));
  } else if (metric == "algbw" || metric == "bandwidth") {
    point.time = base::Time(point.bytes.si() / (value * kGiga));
  } else {
    point.reason = fmt::format("no figure of a collective: {} in {}", metric, point.unit);
  }
}

void read_common(const Row& row, CollectivePoint& point) {
  point.line = row.line();
  point.cluster = row.text("cluster");
  point.split = split_of(row);
  point.source = row.text("source");
  point.notes = row.text("notes");
  point.algorithm = algorithm_in(row);
  point.confidence = row.text("confidence");
}

void check_shape(CollectivePoint& point) {
  if (!point.reason.empty()) return;
  if (point.ranks < 2) point.reason = "a group of one device";
  if (!(point.bytes.si() > 0)) point.reason = "no number of bytes";
}

CollectivePoint read_curve(const Row& row) {
  CollectivePoint point;
  read_common(row, point);
  point.id = row.text("id").empty() ? fmt::format("line {}", row.line()) : row.text("id");
  point.curve = row.text("curve");
  point.operation = row.text("op").empty() ? "all_reduce" : row.text("op");
  point.ranks = row.count("ranks");
  point.nodes = row.count("nodes", true);
  point.bytes = base::Bytes(row.number("payload_bytes"));
  read_operation(point);
  check_shape(point);
  // Times have more figures than rates where these are small.
  const bool has_time = !row.text("elapsed_us_derived").empty();
  point.unit = has_time ? "us" : "GB/s";
  read_figure(has_time ? "time_us" : "busbw",
              row.number(has_time ? "elapsed_us_derived" : "busbw_GBps"), point);
  return point;
}

CollectivePoint read_figure_row(const Row& row) {
  CollectivePoint point;
  read_common(row, point);
  point.id = row.text("id").empty() ? fmt::format("line {}", row.line()) : row.text("id");
  point.curve = row.text("hardware") + ", " + row.text("topology");
  point.operation = row.text("collective");
  point.unit = row.text("unit");
  point.ranks = static_cast<int>(number_in(row.text("n_devices")).value_or(0));
  read_operation(point);
  const auto size = row.text("bytes");
  const auto number = number_in(size);
  const bool is_tokens = point.reason.empty() && size.find("tok") != std::string::npos;
  const bool is_combine = point.operation.find("combine") != std::string::npos;
  point.bytes = base::Bytes(is_tokens ? expert_bytes(size, is_combine) : number.value_or(0));
  check_shape(point);
  read_figure(row.text("metric"), row.number("value", true), point);
  return point;
}

using ReadRow = CollectivePoint (*)(const Row&);

ReadRow reader_for(const Columns& columns) {
  const auto all = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(),
                       [&](const char* name) { return columns.contains(name); });
  };
  if (all({"curve", "ranks", "nodes", "payload_bytes"}) &&
      (columns.contains("elapsed_us_derived") || columns.contains("busbw_GBps"))) {
    return read_curve;
  }
  if (all({"hardware", "topology", "n_devices", "collective", "bytes", "metric", "value",
           "unit"})) {
    return read_figure_row;
  }
  return nullptr;
}

constexpr const char* kLayouts =
    "no table of collectives: a header with curve, ranks, nodes, payload_bytes and "
    "elapsed_us_derived or busbw_GBps, or with hardware, topology, n_devices, collective, bytes, "
    "metric, value and unit is expected";

// Time, algorithm and bus bandwidth of one measurement stand in rows of their own: the first
// counts.
void drop_repeated(std::vector<CollectivePoint>& points) {
  std::set<std::tuple<std::string, std::string, std::string, std::string, int, double>> seen;
  for (auto& point : points) {
    if (!point.reason.empty() || point.id.starts_with("line ")) continue;
    const auto key = std::tuple(point.source, point.curve, point.operation, point.notes,
                                point.ranks, point.bytes.si());
    if (!seen.insert(key).second) point.reason = "another figure of a measurement that is there";
  }
}

void report(const base::CsvField& field, std::string message, base::Diagnostics& diagnostics) {
  diagnostics.add({field.position, std::max(1, field.length), std::move(message), ""});
}

Columns columns_of(const base::CsvRows& rows, base::Diagnostics& diagnostics) {
  Columns columns;
  if (rows.rows.empty()) {
    diagnostics.add({{rows.source, 1, 1}, 1, "the file is empty; a header is expected", ""});
    return columns;
  }
  const auto& header = rows.rows.front();
  for (std::size_t c = 0; c < header.size(); ++c) {
    if (columns.emplace(header[c].text, c).second) continue;
    report(header[c], fmt::format("'{}' twice", header[c].text), diagnostics);
  }
  if (reader_for(columns) == nullptr) report(header.front(), kLayouts, diagnostics);
  return columns;
}

}  // namespace

base::Bandwidth CollectivePoint::bus_bandwidth(base::Time of) const {
  return base::Bandwidth(bytes.si() / of.si() * interconnect::bus_factor(collective, ranks));
}

PointsTable parse_points(std::string text, std::string name) {
  PointsTable table;
  table.name = name;
  const auto rows = base::read_csv(std::move(text), std::move(name));
  base::Diagnostics diagnostics;
  const auto columns = columns_of(rows, diagnostics);
  diagnostics.throw_if_any();
  const auto reader = reader_for(columns);
  for (std::size_t r = 1; r < rows.rows.size(); ++r) {
    const auto& fields = rows.rows[r];
    if (fields.size() != columns.size()) {
      report(fields.front(),
             fmt::format("{} columns here, {} in the header", fields.size(), columns.size()),
             diagnostics);
      continue;
    }
    table.points.push_back(reader(Row(columns, fields, diagnostics)));
  }
  diagnostics.throw_if_any();
  drop_repeated(table.points);
  return table;
}

PointsTable read_points(const std::filesystem::path& file) {
  return parse_points(base::whole_text(file), file.string());
}

std::filesystem::path shipped_points(const base::Catalog& catalog) {
  return catalog.load("rules", "rules", std::nullopt).file().parent_path() / "collectives.csv";
}

void split_by_thirds(PointsTable& table) {
  std::map<std::string, int> seen;
  for (auto& point : table.points) {
    if (!point.split.empty() || !point.reason.empty()) continue;
    const int place = seen[point.curve + "\n" + point.operation]++;
    point.split = place % 3 == 2 ? "fit" : "test";
  }
}

}  // namespace weft::network
