// How long a stage of recovery or a repair takes: a distribution, not a constant.
#pragma once

#include <limits>
#include <string>

#include "weft/base/fields.h"
#include "weft/base/quantity.h"
#include "weft/base/random.h"

namespace weft::campaign {

struct Duration {
  enum class Kind { kFixed, kExponential, kLognormal };
  Kind kind = Kind::kFixed;
  base::Time typical;  // the value, the mean (exponential), the median (lognormal)
  double sigma = 0;    // of the logarithm
  // Nothing takes longer: longer draws are drawn again.
  base::Time longest{std::numeric_limits<double>::infinity()};

  // Uses the stream only where there is something to draw.
  [[nodiscard]] double draw(base::RandomStream& random) const;  // s
  [[nodiscard]] base::Time mean() const;
  [[nodiscard]] bool is_fixed() const { return kind == Kind::kFixed; }
};

Duration fixed(base::Time time);
Duration exponential(base::Time mean);
Duration lognormal(base::Time median, double sigma,
                   base::Time longest = base::Time(std::numeric_limits<double>::infinity()));

// A time ("30 min", also {mode: …, low: …}), or a map {law: exponential, mean: 8 h} or {law:
// lognormal, median: 10.5 h, sigma: 2.74, longest: 60 d}.
Duration read_duration(base::Fields& fields, const char* key);
Duration read_duration(base::Fields& fields, const char* key, const Duration& fallback);

}  // namespace weft::campaign
