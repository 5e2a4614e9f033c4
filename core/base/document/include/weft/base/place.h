// Where in its document a value stands.
#pragma once

#include <string>
#include <vector>

#include "weft/base/document.h"

namespace weft::base {

// The value that holds all others of its document.
Node root_of(const Node& node);
// The keys from the root to a value, "[]" for a member of a list: {"clusters", "[]", "hosts"}.
std::vector<std::string> steps_to(const Node& node);

}  // namespace weft::base
