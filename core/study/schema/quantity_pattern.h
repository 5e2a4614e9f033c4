// Regular expressions (ECMAScript) for numbers as they are written. Internal to the room.
#pragma once

#include <string>

#include "weft/base/quantity.h"

namespace weft::schema {

// "400 W", "780 W ± 5 %"; a bare number alone where the dimension is none.
std::string quantity_pattern(const base::Dimension& dimension, bool is_money);
// "2304 sequences", "1 T tokens", "1 T"; any noun when `noun` is empty.
std::string count_pattern(const std::string& noun);

}  // namespace weft::schema
