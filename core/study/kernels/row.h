// One line of a table, by the names of its columns.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/csv.h"
#include "weft/base/diagnostics.h"

namespace weft::kernels {

// The whole text as a finite number, else nothing.
std::optional<double> number_of(std::string_view text);
std::string lower(std::string_view text);
// Case does not count in `text`; `part` is lower case.
bool has(const std::string& text, std::string_view part);
// The last number right before `unit` as whole words: 693 in "derived; 693 us".
std::optional<double> number_before(const std::string& text, const std::string& unit);
// The first whole number right behind `lead`, blanks between: 64 in "head dim 64".
std::optional<double> number_after(const std::string& text, const std::string& lead);

using Columns = std::map<std::string, std::size_t>;

class Row {
 public:
  Row(const Columns& columns, const std::vector<base::CsvField>& fields,
      base::Diagnostics& diagnostics)
      : columns_(columns), fields_(fields), diagnostics_(diagnostics) {}

  // Empty for a column that is not there.
  [[nodiscard]] std::string text(const std::string& column) const;
  // The name of the table, without its folders.
  [[nodiscard]] std::string table() const;
  [[nodiscard]] int line() const { return fields_.front().position.line; }
  // A number above zero; anything else is an error, and nothing.
  std::optional<double> positive(const std::string& column) const;
  // The same of a whole number.
  std::optional<double> count(const std::string& column) const;
  void error(const std::string& column, std::string message) const;

 private:
  const Columns& columns_;
  const std::vector<base::CsvField>& fields_;
  base::Diagnostics& diagnostics_;
};

}  // namespace weft::kernels
