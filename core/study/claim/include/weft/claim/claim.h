// A published claim as a document says it: who, when, what, and the figure that it comes to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/document.h"
#include "weft/base/fields.h"

namespace weft::claim {

// kAtLeast: ">= 95 %". kAtMost: "<= 3 %". kEqual: "41 %", neither more nor less.
enum class Sense { kAtLeast, kAtMost, kEqual };

// A figure of one row of a question.
struct Place {
  std::string metric;
  // As written: the number of the row from 1, its label, or a part of it that no other has; none:
  // the only row.
  std::optional<base::Node> row;
  base::Node node;  // for errors
};

enum class Form {
  kValue,       // `metric`, `row`
  kRatio,       // of that over `over`
  kDifference,  // of that less `minus`
};

// One figure that a claim comes to, and the number that is claimed of it.
struct Test {
  std::string label;      // of several; may be empty
  std::size_t study = 0;  // of Claim::studies
  Place of;
  std::optional<Place> against;
  Form form = Form::kValue;
  std::optional<base::Node> value;  // as written; none: no number is claimed
  Sense sense = Sense::kEqual;
  double tolerance = 0;           // a share of the value, to either side
  std::string read_as;            // how words became this number; may be empty
  std::optional<bool> favours;    // whether more is better for who claims it; none: by the metric
  std::vector<base::Node> knobs;  // paths of inputs that may have to differ; empty: the strongest
};

struct Claim {
  std::string id;  // the file's name
  std::string claimant, date, says, source, confidence, note;
  std::vector<base::Document> studies;  // whole questions
  std::vector<Test> tests;
  std::string because;  // why nothing can be tested; empty: there are tests

  [[nodiscard]] bool is_testable() const { return because.empty(); }
};

// A document of kind `claim`. Keys: claimant, date, says, source, confidence; study: a question in
// place ({kind: ..., ...}, with `extends` one that ships and what differs) or the name of one that
// ships; metric, row, over or minus: {metric:, row:} (of the same study where it is left out),
// value, tolerance, read_as, favours: more | less, knobs; or tests: a list of such maps, each with
// a label and perhaps a study of its own; note; testable: false with because. Errors go to the
// reading; throws base::InputError where what follows could not be read. The studies are not read.
Claim read_claim(const base::Document& document, const base::Catalog& catalog,
                 base::Reading& reading);

// A value as written, in SI units, for a figure of such a unit: "95 %", "1.46 M tokens/s", "2.5 x".
// `is_ratio`: a plain number is expected. Throws base::InputError at the node.
double claimed_value(const base::Node& value, const std::string& unit, bool is_ratio);

}  // namespace weft::claim
