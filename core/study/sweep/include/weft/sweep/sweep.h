// A document of kind `sweep`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weft/ask/question.h"
#include "weft/base/catalog.h"
#include "weft/base/document.h"
#include "weft/base/fields.h"
#include "weft/base/parallel.h"
#include "weft/sweep/design.h"

namespace weft::sweep {

struct Sweep {
  std::string name;
  base::Document document;  // as it is written
  base::Document base;      // what is asked, as it stands
  Design design;
  ask::Settings settings;
  std::vector<base::Node> shown;  // where the figures of `settings` are written
};

// Keys: name, base (a document of ask::kinds(), or the name of a study), vary, design, points,
// seed, plans, fidelity, show. Throws base::InputError.
Sweep read_sweep(const base::Document& document, const base::Catalog& catalog);

// The question of a sweep, with every path looked at: throws base::InputError for one that leads
// nowhere, for a file that nobody reads, for a value that nobody understands and for a figure that
// there is not. Answers the base as it stands, and searches its plan where that is open.
ask::Question question_of(const Sweep& sweep, const base::Catalog& catalog,
                          const base::ThreadTeam& team);

// What tells a sweep from others: the program's version, the text of the sweep, of its base and of
// every document that these name, and those name in turn, the figures, and the answer of the base.
// 16 hexadecimal digits.
std::string identity_of(const Sweep& sweep, const ask::Question& question,
                        const base::Catalog& catalog, const std::string& version);

}  // namespace weft::sweep
