#include <limits>

#include "weft/campaign/law.h"

namespace weft::campaign {

namespace {

class ConstantLaw final : public Law {
 public:
  explicit ConstantLaw(double rate) : rate_(rate) {}
  [[nodiscard]] double cumulative(double age) const override { return rate_ * age; }
  [[nodiscard]] double hazard(double /*age*/) const override { return rate_; }
  [[nodiscard]] double age_at(double target) const override {
    return rate_ > 0.0 ? target / rate_ : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double constant() const override { return rate_; }

 private:
  double rate_;
};

}  // namespace

LawPointer constant_law(base::Rate rate) { return std::make_shared<ConstantLaw>(rate.si()); }

LawPointer read_constant_law(base::Fields& /*fields*/, base::Rate rate) {
  return constant_law(rate);
}

}  // namespace weft::campaign
