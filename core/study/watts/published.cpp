#include "weft/watts/published.h"

#include <fmt/format.h>

#include <utility>

#include "points.h"
#include "weft/base/csv_cells.h"
#include "weft/base/diagnostics.h"

namespace weft::watts {

namespace {

const std::map<std::string, Method>& methods() {
  static const std::map<std::string, Method> kMethods = {
      {"host", predict_host},
      {"system", predict_system},
      {"system and network", predict_system_and_network},
      {"site", predict_site},
      {"all-in", predict_all_in},
      {"step", predict_step},
      {"fall", predict_fall},
      {"training", predict_training},
      {"gemm", predict_gemm},
      {"gemm errors", predict_gemm_errors}};
  return kMethods;
}

Method method_of(const base::CsvField& field) {
  const auto found = methods().find(field.text);
  if (found != methods().end()) return found->second;
  std::string names;
  for (const auto& [name, method] : methods()) names += (names.empty() ? "" : ", ") + name;
  base::fail_at(field, "this is no way to predict power", "one of: " + names);
}

Kind kind_of(const base::CsvField& field) {
  const std::map<std::string, Kind> kinds = {
      {"test", Kind::kTest}, {"fit", Kind::kFit}, {"construction", Kind::kConstruction}};
  const auto found = kinds.find(field.text);
  if (found == kinds.end()) base::fail_at(field, "test, fit or construction is expected here");
  return found->second;
}

Row row_of(const base::CsvCells& cells) {
  Row row;
  auto& point = row.point;
  point.id = cells.text("id");
  point.what = cells.text("what");
  point.unit = cells.text("unit");
  point.low = cells.number("published_low");
  point.high = cells.number("published_high");
  point.kind = kind_of(cells.field("kind"));
  point.bar = cells.number("bar").value_or(point.bar);
  point.how = cells.text("how");
  point.source = cells.text("source");
  point.note = cells.text("note");
  row.by = cells.field("by");
  row.inputs = cells.field("inputs");
  row.site = cells.field("site");
  row.at = cells.field("at");
  point.by = {row.by.text, row.inputs.text, row.site.text, row.at.text};
  if (point.low && !point.high) {
    base::fail_at(cells.field("published_high"), "a published figure has an upper end");
  }
  return row;
}

}  // namespace

std::optional<double> PublishedPoint::error() const {
  if (low && predicted < *low) return predicted / *low - 1;
  if (high && predicted > *high) return predicted / *high - 1;
  return low || high ? std::optional(0.0) : std::nullopt;
}

std::filesystem::path shipped_points(const base::Catalog& catalog) {
  return catalog.load("rules", "rules", std::nullopt).file().parent_path() / "power.csv";
}

std::vector<PublishedPoint> published_points(const base::Catalog& catalog, int threads) {
  return published_points(shipped_points(catalog), catalog, threads);
}

std::vector<PublishedPoint> published_points(const std::filesystem::path& file,
                                             const base::Catalog& catalog, int threads) {
  const auto table = base::read_csv(base::whole_text(file), file.string());
  Context context(catalog, threads);
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    auto row = row_of(base::CsvCells(table.rows.front(), table.rows[i]));
    method_of(row.by)(context, row);
    context.before.push_back(std::move(row.point));
  }
  return std::move(context.before);
}

}  // namespace weft::watts
