#include "weft/chips/precision.h"

namespace weft::chips {

std::vector<std::string> precision_names() {
  return {kPrecisionNames.begin(), kPrecisionNames.end()};
}

}  // namespace weft::chips
