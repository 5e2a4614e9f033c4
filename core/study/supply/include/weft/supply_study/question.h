// `supply:` of a study: how many chips a maker can have made, and what they are worth beside those
// of another one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/chips/chip.h"
#include "weft/study/run.h"
#include "weft/supply/line.h"
#include "weft/supply/making.h"

namespace weft::supply_study {

// What a published statement compares.
enum class Metric {
  kPeakShare,    // dense peak of a year's chips over that of the other maker's
  kTokenShare,   // the same in trained tokens
  kChipsShare,   // packages over packages
  kMemoryRatio,  // memory of the other maker's packages over that of these
};
inline constexpr std::size_t kMetrics = 4;
const char* name_of(Metric metric);

// A published statement, to be tested.
struct Claim {
  std::string id;
  Metric metric = Metric::kPeakShare;
  int year = 0;
  double value = 0;
  std::optional<double> packages;  // that its author counts; none: those worked out here
  std::string source;
};

// A line with the documents of its chips.
struct LoadedLine {
  base::Document document;
  supply::Line line;                     // every number at its mode
  std::vector<supply::YieldTable> dies;  // [Line::dies]
  // [Line::products], then [Line::shipped]
  std::vector<base::Document> chip_documents;
  std::vector<chips::Chip> chips;
};

struct Question {
  LoadedLine made;
  std::optional<LoadedLine> other;
  supply::Quarter from;
  supply::Quarter to;
  double spares = 0;     // share of packages kept back
  double returns = 0;    // share of packages that come back broken
  double attrition = 0;  // share of packages that are lost in a year of use
  std::vector<Claim> claims;
  std::size_t samples = 400;
  std::uint64_t seed = 1;
};

// Throws base::InputError when the study has no `supply:`. Errors go to the reading, those of the
// line's own document are thrown.
Question read_question(const base::Document& study, const base::Catalog& catalog,
                       base::Reading& reading);

// Reads a line with the chips that it names, its numbers at their modes. Throws base::InputError.
LoadedLine load_line(const base::Document& document, const base::Catalog& catalog);

}  // namespace weft::supply_study
