#include "weft/validation/runs_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <set>
#include <utility>
#include <variant>

#include "weft/base/csv.h"
#include "weft/base/diagnostics.h"

namespace weft::validation {

namespace {

using Text = std::string PublishedRun::*;
using Integer = std::optional<std::int64_t> PublishedRun::*;
using Number = std::optional<double> PublishedRun::*;

struct Column {
  const char* name;
  std::variant<Text, Integer, Number> member;
};

constexpr std::array kRequired = {"id", "metric", "value", "unit"};

const std::vector<Column>& columns() {
  using Run = PublishedRun;
  static const std::vector<Column> kColumns = {
      {"id", &Run::id},
      {"source", &Run::source},
      {"year", &Run::year},
      {"cluster", &Run::cluster},
      {"software", &Run::software},
      {"release", &Run::release},
      {"n_devices", &Run::devices},
      {"model", &Run::model},
      {"params_B", &Run::parameters},
      {"active_params_B", &Run::active_parameters},
      {"layers", &Run::layers},
      {"hidden", &Run::hidden},
      {"heads", &Run::heads},
      {"kv_heads", &Run::kv_heads},
      {"head_dim", &Run::head_dim},
      {"ffn", &Run::ffn},
      {"gated", &Run::gated},
      {"vocab", &Run::vocabulary},
      {"seq", &Run::sequence},
      {"global_batch", &Run::global_batch},
      {"micro_batch", &Run::micro_batch},
      {"tp", &Run::tensor},
      {"pp", &Run::pipeline},
      {"vpp", &Run::virtual_stages},
      {"dp", &Run::data},
      {"cp", &Run::context},
      {"ep", &Run::expert},
      {"etp", &Run::expert_tensor},
      {"moe_experts", &Run::experts},
      {"moe_topk", &Run::top_k},
      {"moe_shared", &Run::shared_experts},
      {"moe_ffn", &Run::expert_ffn},
      {"first_dense_layers", &Run::first_dense_layers},
      {"attention", &Run::attention},
      {"precision", &Run::precision},
      {"recompute", &Run::recompute},
      {"zero", &Run::zero},
      {"sequence_parallel", &Run::sequence_parallel},
      {"schedule", &Run::schedule},
      {"flops_convention", &Run::flops_convention},
      {"metric", &Run::metric},
      {"value", &Run::value},
      {"unit", &Run::unit},
      {"memory_kind", &Run::memory_kind},
      {"notes", &Run::notes},
      {"confidence", &Run::confidence},
      {"quality", &Run::quality},
      {"split", &Run::split},
  };
  return kColumns;
}

const Column* find_column(const std::string& name) {
  const auto& all = columns();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Column& c) { return c.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// "8" and "8.0", not "8.5".
std::optional<std::int64_t> integer_of(const std::string& text) {
  const auto value = number_of(text);
  constexpr double kMost = 1e15;
  if (!value || *value != std::floor(*value) || std::abs(*value) > kMost) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

bool has_digit(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

enum class Put { kDone, kNoNumber, kNoWholeNumber, kNegative };

Put put(PublishedRun& run, const Column& column, const std::string& text) {
  if (const auto* member = std::get_if<Text>(&column.member)) {
    run.*(*member) = text;
    return Put::kDone;
  }
  if (const auto* member = std::get_if<Number>(&column.member)) {
    const auto value = number_of(text);
    if (!value) return Put::kNoNumber;
    run.*(*member) = value;
    return Put::kDone;
  }
  const auto value = integer_of(text);
  if (!value) return Put::kNoWholeNumber;
  if (*value < 0) return Put::kNegative;
  run.*std::get<Integer>(column.member) = value;
  return Put::kDone;
}

const char* expected(Put put) {
  switch (put) {
    case Put::kDone:
      return "";
    case Put::kNoNumber:
      return "a number";
    case Put::kNoWholeNumber:
      return "a whole number";
    case Put::kNegative:
      return "a number that is not negative";
  }
  return "";
}

// Turns rows of fields into runs, and remembers all that is wrong.
class Reader {
 public:
  explicit Reader(const base::CsvRows& rows) : rows_(rows) {}

  RunsTable read() {
    read_header();
    diagnostics_.throw_if_any();
    std::set<std::string> ids;
    for (std::size_t r = 1; r < rows_.rows.size(); ++r) read_row(rows_.rows[r], ids);
    diagnostics_.throw_if_any();
    return std::move(table_);
  }

 private:
  void error(const base::CsvField& field, std::string message, std::string hint = "") {
    diagnostics_.add(
        {field.position, std::max(1, field.length), std::move(message), std::move(hint)});
  }

  void read_header() {
    if (rows_.rows.empty()) {
      diagnostics_.add({{rows_.source, 1, 1}, 1, "the file is empty; a header is expected", ""});
      return;
    }
    std::set<std::string> seen;
    for (const auto& field : rows_.rows.front()) {
      order_.push_back(find_column(field.text));
      if (!seen.insert(field.text).second) error(field, fmt::format("'{}' twice", field.text));
      if (order_.back() == nullptr) {
        table_.warnings.push_back(
            fmt::format("{}: nobody reads the column '{}'", rows_.source->name, field.text));
      }
    }
    for (const char* name : kRequired) {
      if (seen.count(name) != 0) continue;
      const auto near = base::nearest(name, {seen.begin(), seen.end()});
      error(rows_.rows.front().front(), fmt::format("the column '{}' is missing", name),
            near.empty() ? "" : fmt::format("is it '{}'?", near));
    }
  }

  void read_row(const std::vector<base::CsvField>& fields, std::set<std::string>& ids) {
    if (fields.size() != order_.size()) {
      error(fields.front(),
            fmt::format("{} columns here, {} in the header", fields.size(), order_.size()));
      return;
    }
    PublishedRun run;
    run.line = fields.front().position.line;
    for (std::size_t c = 0; c < fields.size(); ++c) {
      if (order_[c] == nullptr || fields[c].text.empty()) continue;
      const auto outcome = put(run, *order_[c], fields[c].text);
      if (outcome == Put::kDone) continue;
      // A word in a column of numbers ("unknown", "OOM") is a blank with a remark.
      if (!has_digit(fields[c].text)) {
        run.unplaced.push_back({order_[c]->name, fields[c].text});
      } else {
        error(fields[c], fmt::format("'{}' in column '{}'; {} is expected", fields[c].text,
                                     order_[c]->name, expected(outcome)));
      }
    }
    if (run.id.empty()) error(fields.front(), "a row without an id");
    if (!ids.insert(run.id).second) {
      table_.warnings.push_back(
          fmt::format("{}:{}: the id '{}' stands twice", rows_.source->name, run.line, run.id));
    }
    table_.runs.push_back(std::move(run));
  }

  const base::CsvRows& rows_;
  base::Diagnostics diagnostics_;
  std::vector<const Column*> order_;
  RunsTable table_;
};

}  // namespace

bool is_column(const std::string& name) { return find_column(name) != nullptr; }

const std::vector<std::string>& column_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& column : columns()) names.emplace_back(column.name);
    return names;
  }();
  return kNames;
}

std::string column_text(const PublishedRun& run, const std::string& name) {
  const auto* column = find_column(name);
  if (column == nullptr) return "";
  if (const auto* member = std::get_if<Text>(&column->member)) return run.*(*member);
  if (const auto* member = std::get_if<Number>(&column->member)) {
    return run.*(*member) ? fmt::format("{}", *(run.*(*member))) : "";
  }
  const auto& value = run.*std::get<Integer>(column->member);
  return value ? std::to_string(*value) : "";
}

bool is_blank(const PublishedRun& run, const std::string& column) {
  return column_text(run, column).empty();
}

bool set_column(PublishedRun& run, const std::string& name, const std::string& text) {
  const auto* column = find_column(name);
  return column != nullptr && put(run, *column, text) == Put::kDone;
}

RunsTable parse_runs(std::string text, std::string name) {
  return Reader(base::read_csv(std::move(text), std::move(name))).read();
}

RunsTable read_runs(const std::filesystem::path& file) {
  return parse_runs(base::whole_text(file), file.string());
}

}  // namespace weft::validation
