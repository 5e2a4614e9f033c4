#include <array>

#include "weft/compare/causes.h"
#include "weft/compare/question.h"

namespace weft::compare {

const char* name_of(Footing footing) {
  constexpr std::array<const char*, kFootingCount> kNames = {
      "devices", "packages", "dies", "peak", "power", "money", "time", "wafers"};
  return kNames[static_cast<std::size_t>(footing)];
}

const char* name_of(PrecisionRule rule) { return rule == PrecisionRule::kSame ? "same" : "best"; }

const char* name_of(BatchRule rule) { return rule == BatchRule::kSame ? "same" : "critical"; }

const char* name_of(Sizes sizes) { return sizes == Sizes::kScaled ? "scaled" : "stated"; }

const char* name_of(Cause cause) {
  constexpr std::array<const char*, kCauseCount> kNames = {
      "peak",        "kernels",    "memory",       "power cap", "recompute",
      "host launch", "scale-up",   "scale-out",    "bubbles",   "optimizer",
      "offload",     "stragglers", "idle devices", "failures",  "larger batch"};
  return kNames[static_cast<std::size_t>(cause)];
}

}  // namespace weft::compare
