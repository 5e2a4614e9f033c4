#include "options_text.h"

#include <fmt/format.h>

#include <array>

namespace weft::plan {

std::string exchange_text(const Plan& plan) {
  constexpr std::array<const char*, kContextExchangeCount> kNames = {"", " all-gather", " Ulysses"};
  return kNames[static_cast<std::size_t>(plan.context_exchange)];
}

std::string options_text(const Plan& plan) {
  std::string text;
  if (plan.rank_order != kTensorFirst) {
    constexpr std::array<const char*, 4> kNames = {"TP", "CP", "DP", "PP"};
    const char* before = " order ";
    for (const auto axis : plan.rank_order) {
      text += before;
      text += kNames[static_cast<std::size_t>(axis)];
      before = "-";
    }
  }
  const auto on_host = [&](const char* what, double share) {
    if (share > 0) text += fmt::format(" {} {:.3g} % on host", what, 100 * share);
  };
  on_host("optimizer", plan.optimizer_offload);
  on_host("activations", plan.activation_offload);
  return text;
}

}  // namespace weft::plan
