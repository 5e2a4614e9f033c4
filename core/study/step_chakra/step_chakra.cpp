#include "weft/step_chakra/step_chakra.h"

namespace weft::step_chakra {

std::string problem_of(const Step& step) {
  return step.cluster.is_mixed() ? "a mixed cluster" : "";
}

}  // namespace weft::step_chakra
