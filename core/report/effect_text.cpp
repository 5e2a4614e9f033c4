#include "effect_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace weft::report {

std::string effect_text(const study::Effect& effect) {
  using study::Figure;
  struct Named {
    Figure figure;
    const char* name;
  };
  constexpr std::array<Named, 3> kFigures = {
      {{Figure::kStepTime, "step"}, {Figure::kMeanPower, "power"}, {Figure::kOwnCost, "cost"}}};
  const auto spread = [&](Figure figure) {
    const auto f = static_cast<std::size_t>(figure);
    return std::abs(effect.high[f] - effect.low[f]);
  };
  Named most = kFigures[0];
  for (const auto& named : kFigures) {
    if (spread(named.figure) > spread(most.figure) + 1e-9) most = named;
  }
  const auto word = effect.input.substr(effect.input.find_last_of('.') + 1);
  const auto f = static_cast<std::size_t>(most.figure);
  return fmt::format("{}: {} {:+.0f}…{:+.0f} %", word, most.name,
                     100 * (std::min({effect.low[f], effect.high[f], 1.0}) - 1),
                     100 * (std::max({effect.low[f], effect.high[f], 1.0}) - 1));
}

}  // namespace weft::report
