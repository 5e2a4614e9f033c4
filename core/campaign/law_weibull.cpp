#include <cmath>

#include "weft/campaign/law.h"

namespace weft::campaign {

namespace {

class WeibullLaw final : public Law {
 public:
  explicit WeibullLaw(const WeibullShape& weibull) : weibull_(weibull) {}
  [[nodiscard]] double cumulative(double age) const override { return weibull_.cumulative(age); }
  [[nodiscard]] double hazard(double age) const override { return weibull_.hazard(age); }
  [[nodiscard]] double age_at(double target) const override {
    return weibull_.scale.si() * std::pow(target, 1.0 / weibull_.shape);
  }

 private:
  WeibullShape weibull_;
};

}  // namespace

LawPointer weibull_law(const WeibullShape& weibull) {
  return std::make_shared<WeibullLaw>(weibull);
}

LawPointer read_weibull_law(base::Fields& fields, base::Rate rate) {
  if (rate.si() > 0.0) {
    fields.reading().error(fields.node(), "a Weibull law stands alone, without `rate`",
                           "bathtub or wear_out add to a rate");
  }
  return weibull_law(read_weibull(fields));
}

}  // namespace weft::campaign
