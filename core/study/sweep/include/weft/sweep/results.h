// The file that a sweep leaves. A SQLite database with these tables:
//
//   cases    one line a case and row (cluster, build): "case", row, label, for each axis its value
//   as
//            TEXT and, of numbers, AXIS.si as REAL, for each figure a REAL in its unit (NULL: not
//            known), plan, why_not (why there are no figures). The key is ("case", row).
//   axes     name (of the column in `cases`), path, si (its column of numbers, else NULL)
//   columns  name, unit, meaning, better ('high' or 'low') of each figure
//   sweep    key, value: name, question (a hash of all that was asked), version, document, design,
//            cases, seed, plans, fidelity
//   about    what each table and column is, in words
//
// No line depends on when, on what or by how many threads and ranks it was computed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "weft/ask/question.h"
#include "weft/sweep/design.h"

namespace weft::sweep {

// One of the answers to stand for others.
struct Best {
  std::int64_t number = 0;  // of the case
  std::string label;
  std::vector<std::string> settings;  // one an axis
  std::string plan;                   // empty: none
};

struct FigureSummary {
  ask::Column column;
  std::int64_t known = 0;  // lines that have it
  double low = 0, high = 0;
  Best best;  // the first of equals; nothing where `known` is 0
};

// Lines without figures, for reasons that differ in their numbers alone.
struct Reason {
  std::string example;  // of the first case
  std::int64_t lines = 0;
};

struct Summary {
  std::string name;
  std::string fidelity, design;
  std::int64_t cases = 0;
  std::int64_t lines = 0;
  std::int64_t without = 0;       // figures
  std::vector<std::string> axes;  // paths
  std::vector<FigureSummary> figures;
  std::vector<Reason> reasons;  // most frequent first
};

// Throws std::runtime_error for a file that cannot be read or holds no sweep.
Summary summarise(const std::filesystem::path& file);

using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;
// The table `cases`: its column names, then its lines in order of case and row.
void for_each_line(const std::filesystem::path& file,
                   const std::function<void(const std::vector<std::string>&)>& names,
                   const std::function<void(const std::vector<Cell>&)>& line);

// Column names of axes in `cases`: their paths; with ".value" behind one that is a column already.
std::vector<std::string> axis_names(const Design& design, const std::vector<ask::Column>& columns);
// Whether an axis has numbers, and so a column AXIS.si.
bool has_numbers(const Axis& axis);

}  // namespace weft::sweep
