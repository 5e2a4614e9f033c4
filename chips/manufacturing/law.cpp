#include "weft/manufacturing/law.h"

#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "law_rows.h"

namespace weft::manufacturing {

std::span<const Law> laws() {
  static const std::array kLaws = {kPoisson, kMurphy, kSeeds, kBoseEinstein, kNegativeBinomial};
  return kLaws;
}

const Law& law_named(const std::string& name) {
  for (const auto& law : laws()) {
    if (name == law.name) return law;
  }
  throw std::invalid_argument(fmt::format("no law of yield is named '{}'", name));
}

}  // namespace weft::manufacturing
