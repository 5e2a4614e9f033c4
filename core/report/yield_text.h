// Words for what a yield is of.
#pragma once

#include <string>

#include "weft/manufacturing/manufacturing.h"

namespace weft::report {

inline const char* text_of(manufacturing::Scope scope) {
  switch (scope) {
    case manufacturing::Scope::kDie:
      return "die";
    case manufacturing::Scope::kPackage:
      return "package";
    case manufacturing::Scope::kFinalTest:
      return "final_test";
  }
  return "";
}

inline const char* text_of(manufacturing::Counts counts) {
  switch (counts) {
    case manufacturing::Counts::kPerfect:
      return "perfect";
    case manufacturing::Counts::kChip:
      return "chip";
    case manufacturing::Counts::kAny:
      return "any";
  }
  return "";
}

// Defects per square centimetre.
inline double per_cm2(base::ArealDensity density) { return density.si() * 1e-4; }

}  // namespace weft::report
