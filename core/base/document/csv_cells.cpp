#include "weft/base/csv_cells.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace weft::base {

void fail_at(const CsvField& field, std::string message, std::string hint) {
  throw InputError({{field.position, field.length, std::move(message), std::move(hint)}});
}

CsvCells::CsvCells(const std::vector<CsvField>& header, const std::vector<CsvField>& row)
    : header_(header), row_(row) {
  if (row.size() != header.size()) {
    fail_at(row.front(), fmt::format("{} cells, but {} columns", row.size(), header.size()));
  }
}

const CsvField& CsvCells::field(const std::string& column) const {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (header_[i].text == column) return row_[i];
  }
  fail_at(header_.front(), fmt::format("there is no column '{}'", column));
}

std::optional<double> CsvCells::number(const std::string& column) const {
  const auto& cell = field(column);
  if (cell.text.empty()) return std::nullopt;
  double value = 0;
  const auto* end = cell.text.data() + cell.text.size();
  const auto [stop, error] = std::from_chars(cell.text.data(), end, value);
  if (error == std::errc() && stop == end && value >= 0) return value;
  fail_at(cell, "a number, not negative, is expected here");
}

}  // namespace weft::base
