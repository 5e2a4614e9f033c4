// An uncertain number of a document as a parameter of a fit.
#pragma once

#include <string>
#include <vector>

#include "weft/base/fields.h"

namespace weft::calibration {

// Standard deviations between the median and the 95 % point of a normal distribution: the ends of
// the intervals that are printed and written.
inline constexpr double kNinetyPercent = 1.645;

// `{low, mode, high}` is taken as one standard deviation to each side of a normal prior, of the
// number where low is 0 or less and of its logarithm elsewhere; so is `x ± y`.
class Parameter {
 public:
  explicit Parameter(base::UncertainInput input);
  // The same, kept within least ... most instead of a reach that follows from the prior.
  Parameter(base::UncertainInput input, double least, double most);

  [[nodiscard]] const std::string& path() const { return input_.path; }
  [[nodiscard]] const base::Distribution& prior() const { return input_.distribution; }
  // The value at z standard deviations from the mode, kept within half the prior's range beyond its
  // ends; what is a share stays one.
  [[nodiscard]] double value(double z) const;
  // The z of a value, kept within a few standard deviations.
  [[nodiscard]] double deviations(double value) const;

 private:
  base::UncertainInput input_;
  bool is_logarithmic_ = false;
  double below_ = 0,
         above_ = 0;  // standard deviations to each side, of the number or its logarithm
  double least_ = 0, most_ = 0;
};

}  // namespace weft::calibration
