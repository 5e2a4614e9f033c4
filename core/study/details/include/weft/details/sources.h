// Where the numbers of an answer come from.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weft/base/catalog.h"

namespace weft::details {

// One document that a question read, with every value that it has.
struct Source {
  std::string kind, name;  // "chip", "ascend_910c"
  std::vector<base::Fact> facts;
};
// Of all documents that the catalog has given by now, sorted by kind and name.
std::vector<Source> sources_of(const base::Catalog& catalog);

struct Evidence {
  std::size_t facts = 0, sourced = 0, assumed = 0, disputed = 0;
};
Evidence evidence_of(const std::vector<Source>& sources);

}  // namespace weft::details
