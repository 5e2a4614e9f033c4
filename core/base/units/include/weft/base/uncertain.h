// An input that is not known exactly.
#pragma once

namespace weft::base {

// How a number is distributed. A plain run uses `mode`.
// kExact: low = mode = high. kTriangular: `{low:, mode:, high:}`. kNormal: `x ± y`, with low and
// high one standard deviation from the mode.
struct Distribution {
  enum class Kind { kExact, kTriangular, kNormal };
  Kind kind = Kind::kExact;
  double low = 0.0;
  double mode = 0.0;
  double high = 0.0;
};

}  // namespace weft::base
