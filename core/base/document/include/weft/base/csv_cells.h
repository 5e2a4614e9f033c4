// One row of a CSV file by the names of its columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/csv.h"

namespace weft::base {

// Throws InputError at a field.
[[noreturn]] void fail_at(const CsvField& field, std::string message, std::string hint = "");

class CsvCells {
 public:
  // Both must outlive it. Throws InputError for a row of another length than the header.
  CsvCells(const std::vector<CsvField>& header, const std::vector<CsvField>& row);

  // The functions throw InputError for a column that is not there.
  [[nodiscard]] const CsvField& field(const std::string& column) const;
  [[nodiscard]] const std::string& text(const std::string& column) const {
    return field(column).text;
  }
  // Nothing for an empty cell. Throws InputError for what is no number or negative.
  [[nodiscard]] std::optional<double> number(const std::string& column) const;

 private:
  const std::vector<CsvField>& header_;
  const std::vector<CsvField>& row_;
};

}  // namespace weft::base
