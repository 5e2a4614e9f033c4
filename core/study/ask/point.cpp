#include "weft/ask/point.h"

#include <string_view>

namespace weft::ask {

bool is_light(const std::string& path) {
  const auto first = std::string_view(path).substr(0, path.find_first_of(".["));
  return first == "job" || first == "plan" || first == "search";
}

}  // namespace weft::ask
