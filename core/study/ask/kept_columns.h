// The figures that a question is asked for, of all that its kind has. Internal to the room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "asker.h"

namespace weft::ask {

class KeptColumns {
 public:
  // Throws std::invalid_argument for a name that is not of `all`.
  KeptColumns(const std::vector<Column>& all, const Settings& settings)
      : places_(chosen(all, settings.figures)) {
    for (const auto place : places_) columns_.push_back(all[place]);
  }
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  // Of values of all columns those that were asked for.
  [[nodiscard]] std::vector<double> of(const std::vector<double>& all) const {
    std::vector<double> kept;
    for (const auto place : places_) kept.push_back(all[place]);
    return kept;
  }
  [[nodiscard]] Row nothing(const std::string& label, std::string why_not) const {
    Row row;
    row.label = label;
    row.values.assign(columns_.size(), kUnknown);
    row.why_not = std::move(why_not);
    return row;
  }

 private:
  std::vector<std::size_t> places_;
  std::vector<Column> columns_;
};

// The document as one of another kind.
inline base::Document as_kind(const base::Document& document, const std::string& kind) {
  const auto value = base::Document::parse("kind: " + kind + "\n", kind);
  return base::with_value(document, "kind", *value.root().find("kind"));
}

}  // namespace weft::ask
