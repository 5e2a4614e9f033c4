#include "weft/kernels/points_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "draft.h"
#include "row.h"
#include "weft/base/csv.h"
#include "weft/base/diagnostics.h"

namespace weft::kernels {

namespace {

using ReadRow = void (*)(const Row&, std::vector<KernelPoint>&);

ReadRow reader_for(const Columns& columns) {
  const auto all = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(),
                       [&](const char* name) { return columns.contains(name); });
  };
  if (all({"phase", "batch", "q_len", "kv_len", "q_heads", "kv_heads", "head_dim", "attn_dtype",
           "kv_dtype", "latency_us"})) {
    return read_attention_grid;
  }
  if (all({"dtype", "m", "n", "k", "latency_us"})) return read_gemm_grid;
  if (all({"id", "op", "precision", "metric", "value", "unit"})) return read_figure;
  return nullptr;
}

constexpr const char* kLayouts =
    "no table of kernels: a header with id, op, m, n, k_or_seq, precision, metric, value and unit, "
    "with dtype, m, n, k and latency_us, or with phase, batch, q_len, kv_len, q_heads, kv_heads, "
    "head_dim, attn_dtype, kv_dtype and latency_us is expected";

class Reader {
 public:
  explicit Reader(const base::CsvRows& rows) : rows_(rows) {}

  std::vector<KernelPoint> read() {
    const auto reader = read_header();
    diagnostics_.throw_if_any();
    for (std::size_t r = 1; r < rows_.rows.size(); ++r) {
      const auto& fields = rows_.rows[r];
      if (fields.size() != rows_.rows.front().size()) {
        error(fields.front(), fmt::format("{} columns here, {} in the header", fields.size(),
                                          rows_.rows.front().size()));
        continue;
      }
      reader(Row(columns_, fields, diagnostics_), points_);
    }
    diagnostics_.throw_if_any();
    share_shapes(points_);
    return std::move(points_);
  }

 private:
  void error(const base::CsvField& field, std::string message) {
    diagnostics_.add({field.position, std::max(1, field.length), std::move(message), ""});
  }

  ReadRow read_header() {
    if (rows_.rows.empty()) {
      diagnostics_.add({{rows_.source, 1, 1}, 1, "the file is empty; a header is expected", ""});
      return nullptr;
    }
    const auto& header = rows_.rows.front();
    for (std::size_t c = 0; c < header.size(); ++c) {
      if (!columns_.emplace(header[c].text, c).second) {
        error(header[c], fmt::format("'{}' twice", header[c].text));
      }
    }
    const auto reader = reader_for(columns_);
    if (reader == nullptr) error(header.front(), kLayouts);
    return reader;
  }

  const base::CsvRows& rows_;
  base::Diagnostics diagnostics_;
  Columns columns_;
  std::vector<KernelPoint> points_;
};

}  // namespace

std::string split_of(const Row& row) {
  auto split = lower(row.text("split"));
  if (split.empty() || split == "fit" || split == "test") return split;
  row.error("split", fmt::format("the split '{}'; fit or test is expected", row.text("split")));
  return "";
}

PointsTable parse_points(std::string text, std::string name) {
  PointsTable table;
  table.name = name;
  const auto rows = base::read_csv(std::move(text), std::move(name));
  table.points = Reader(rows).read();
  return table;
}

PointsTable read_points(const std::filesystem::path& file) {
  return parse_points(base::whole_text(file), file.string());
}

std::filesystem::path shipped_points(const base::Catalog& catalog) {
  return catalog.load("rules", "rules", std::nullopt).file().parent_path() / "kernels.csv";
}

}  // namespace weft::kernels
