// The words that quantities are written with, for descriptions of them.
#pragma once

#include <string>
#include <vector>

#include "weft/base/quantity.h"

namespace weft::base {

struct UnitWord {
  std::string name;
  std::vector<std::string> prefixes;  // that it takes; none is always right
  Dimension dimension;
  bool is_money = false;
};

// All that parse_quantity() knows.
std::vector<UnitWord> unit_words();
// Prefixes that stand alone and scale a count: the T in "1 T tokens".
std::vector<std::string> count_prefixes();

}  // namespace weft::base
