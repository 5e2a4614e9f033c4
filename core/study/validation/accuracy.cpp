#include "weft/validation/accuracy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "weft/base/csv.h"
#include "weft/base/diagnostics.h"
#include "weft/validation/free_text.h"
#include "weft/workload/model.h"

namespace weft::validation {

namespace {

using Cell = std::string AccuracyRow::*;
struct TextColumn {
  const char* name;
  Cell member;
};
constexpr std::array kTexts = std::to_array<TextColumn>({{"id", &AccuracyRow::id},
                                                         {"vendor", &AccuracyRow::vendor},
                                                         {"kind", &AccuracyRow::kind},
                                                         {"chip", &AccuracyRow::chip},
                                                         {"stack", &AccuracyRow::stack},
                                                         {"cluster", &AccuracyRow::cluster},
                                                         {"precision", &AccuracyRow::precision},
                                                         {"split", &AccuracyRow::split}});
constexpr std::array kNumbers = {"devices", "parameters_B", "speed_log_error"};
// What a public shape says is no guess, and neither is how a stack is set as a rule.
constexpr std::array<std::string_view, 10> kGuesses = {
    "tp",  "global_batch", "micro_batch", "vpp",       "recompute",
    "seq", "ffn",          "vocab",       "precision", "schedule"};

int guesses_in(const std::vector<Filled>& all) {
  return static_cast<int>(std::count_if(all.begin(), all.end(), [](const Filled& filled) {
    return filled.why != kPublicShape &&
           std::find(kGuesses.begin(), kGuesses.end(), filled.column) != kGuesses.end();
  }));
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string whole = "\"";
  for (const char c : text) whole += c == '"' ? std::string("\"\"") : std::string(1, c);
  return whole + "\"";
}

// Two decimals more than are ever shown, and no "-0.0000".
std::string error_text(const std::optional<double>& error) {
  if (!error) return "";
  const auto text = fmt::format("{:.4f}", *error);
  return text == "-0.0000" ? "0.0000" : text;
}

class AccuracyReader {
 public:
  explicit AccuracyReader(const base::CsvRows& rows) : rows_(rows) {}

  std::vector<AccuracyRow> read() {
    if (rows_.rows.empty()) fail({}, "the file is empty; a header is expected");
    std::vector<AccuracyRow> all;
    const auto& header = rows_.rows.front();
    require_columns(header);
    for (std::size_t r = 1; r < rows_.rows.size(); ++r) {
      const auto& fields = rows_.rows[r];
      if (fields.size() != header.size()) {
        fail(fields.front(),
             fmt::format("{} columns here, {} in the header", fields.size(), header.size()));
      }
      AccuracyRow row;
      for (std::size_t c = 0; c < fields.size(); ++c) put(header[c].text, fields[c], row);
      all.push_back(std::move(row));
    }
    return all;
  }

 private:
  [[noreturn]] void fail(const base::CsvField& field, std::string message) const {
    auto position = field.position;
    if (!position.source) position = {rows_.source, 1, 1};
    throw base::InputError({{position, std::max(1, field.length), std::move(message),
                             "`weft validate --accuracy FILE` writes this table"}});
  }

  void require_columns(const std::vector<base::CsvField>& header) const {
    const auto require = [&](const std::string& name) {
      const bool is_there = std::any_of(header.begin(), header.end(),
                                        [&](const auto& field) { return field.text == name; });
      if (!is_there) fail(header.front(), fmt::format("the column '{}' is missing", name));
    };
    for (const auto& column : kTexts) require(column.name);
    for (const char* name : kNumbers) require(name);
  }

  template <class Number>
  Number number_of(const base::CsvField& field) const {
    Number value{};
    const auto* end = field.text.data() + field.text.size();
    const auto result = std::from_chars(field.text.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end) {
      fail(field, fmt::format("'{}' is no number", field.text));
    }
    return value;
  }

  void put(const std::string& column, const base::CsvField& field, AccuracyRow& row) const {
    for (const auto& text : kTexts) {
      if (column == text.name) row.*text.member = field.text;
    }
    if (field.text.empty()) return;
    if (column == "devices") row.devices = number_of<std::int64_t>(field);
    if (column == "parameters_B") row.parameters = number_of<double>(field);
    if (column == "speed_log_error") row.speed_log_error = number_of<double>(field);
    // Tables of earlier versions have none of these.
    if (column == "publication") row.publication = field.text;
    if (column == "guessed") row.guessed = number_of<int>(field);
    if (column == "in_doubt") row.in_doubt = number_of<int>(field) != 0;
    if (column == "unknown_log_error") row.unknown_log_error = number_of<double>(field);
  }

  const base::CsvRows& rows_;
};

// Words with which the place inside a work begins.
bool begins_place(std::string_view word) {
  constexpr std::array<std::string_view, 9> kWords = {
      "trial", "table", "tag", "commit", "docs", "tests", "branch", "container", "via"};
  const auto text = name_key(word);
  const bool is_file = word.ends_with(".md") || word.ends_with(".mdx") || word.ends_with(".json") ||
                       word.ends_with(".tex");
  return is_file || word.starts_with('(') || word.starts_with('@') || text == "readme" ||
         std::find(kWords.begin(), kWords.end(), text) != kWords.end();
}

}  // namespace

AccuracyRow accuracy_row(const PublishedRun& run, const PreparedRun& prepared,
                         const RowResult& result) {
  AccuracyRow row;
  row.id = result.id;
  row.vendor = result.vendor;
  row.kind = result.kind;
  row.chip = prepared.cluster ? prepared.cluster->value.chip.id : "";
  row.stack = result.software;
  row.cluster = result.cluster;
  row.split = result.split;
  row.devices = run.devices.value_or(0);
  row.parameters = run.parameters.value_or(0);
  row.speed_log_error = result.speed_log_error;
  row.publication = publication_of(result.source);
  row.guessed = guesses_in(result.filled);
  row.in_doubt = !result.doubt.empty();
  if (result.is_skipped()) {
    const auto precision = read_precision(run.precision).precision;
    row.precision = precision ? chips::name_of(*precision) : "";
    return row;
  }
  row.devices = run.devices.value_or(prepared.plan.devices());
  row.parameters = workload::count_parameters(prepared.job.model).total / 1e9;
  row.precision = chips::name_of(prepared.job.precision);
  return row;
}

std::vector<AccuracyRow> accuracy_rows(const RunsTable& table, const Validation& validation,
                                       const Rules& rules, const Documents& documents,
                                       const base::ThreadTeam& team) {
  const auto prepared = prepare(table, rules, documents, team);
  std::vector<AccuracyRow> rows;
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    if (validation.rows[i].is_memory) continue;
    rows.push_back(accuracy_row(table.runs[i], prepared[i], validation.rows[i]));
  }
  return rows;
}

std::string to_csv(const std::vector<AccuracyRow>& rows) {
  const bool has_unknown =
      std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.unknown_log_error; });
  std::string text =
      "id,vendor,kind,chip,stack,cluster,devices,parameters_B,precision,split,publication,guessed,"
      "in_doubt,speed_log_error";
  text += has_unknown ? ",unknown_log_error\n" : "\n";
  for (const auto& row : rows) {
    for (const auto* field :
         {&row.id, &row.vendor, &row.kind, &row.chip, &row.stack, &row.cluster}) {
      text += quoted(*field) + ",";
    }
    text += row.devices > 0 ? fmt::format("{},", row.devices) : ",";
    text += row.parameters > 0 ? fmt::format("{:.4g},", row.parameters) : ",";
    text += quoted(row.precision) + "," + quoted(row.split) + "," +
            fmt::format("{},{},{},", quoted(row.publication), row.guessed, row.in_doubt ? 1 : 0) +
            error_text(row.speed_log_error);
    text += has_unknown ? "," + error_text(row.unknown_log_error) + "\n" : "\n";
  }
  return text;
}

std::vector<AccuracyRow> parse_accuracy(std::string text, const std::string& name) {
  return AccuracyReader(base::read_csv(std::move(text), name)).read();
}

std::optional<std::vector<AccuracyRow>> shipped_accuracy(const base::Catalog& catalog,
                                                         const char* name) {
  const auto names = catalog.names("rules");
  if (std::find(names.begin(), names.end(), "rules") == names.end()) return std::nullopt;
  const auto file = shipped_runs(catalog).replace_filename(name);
  if (!std::filesystem::exists(file)) return std::nullopt;
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream.is_open() || stream.bad() || std::filesystem::is_directory(file)) {
    throw std::system_error(errno == 0 ? EIO : errno, std::generic_category(), file.string());
  }
  return parse_accuracy(std::move(text), file.string());
}

std::string publication_of(const std::string& source) {
  std::size_t end = source.find(' ');
  while (end != std::string::npos) {
    const auto next = source.find(' ', end + 1);
    const auto length = next == std::string::npos ? next : next - end - 1;
    if (begins_place(std::string_view(source).substr(end + 1, length))) break;
    end = next;
  }
  auto name = source.substr(0, end);
  while (!name.empty() && (name.back() == ',' || name.back() == ' ')) name.pop_back();
  return name;
}

}  // namespace weft::validation
