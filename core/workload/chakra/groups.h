// Communicating groups that a trace brings along.
#pragma once

#include <string>

#include "weft/chakra/trace.h"

namespace weft::chakra {

// Adds the groups that a metadata node of PyTorch defines: its input is a list in JSON,
// [{"pg_name": "1", "ranks": [0, 1], …}, …], within a list of texts. Other nodes add nothing.
// Throws base::InputError for a list that cannot be read.
void add_groups(const std::string& values, const std::string& where, Groups& groups);

}  // namespace weft::chakra
