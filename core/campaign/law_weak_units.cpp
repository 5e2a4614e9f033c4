#include <cmath>

#include "weft/campaign/law.h"

namespace weft::campaign {

namespace {

// A unit that is known to be weak.
class WeakUnitLaw final : public Law {
 public:
  WeakUnitLaw(double rate, const WeibullShape& defect) : rate_(rate), defect_(defect) {}
  [[nodiscard]] double cumulative(double age) const override {
    return rate_ * age + defect_.cumulative(age);
  }
  [[nodiscard]] double hazard(double age) const override { return rate_ + defect_.hazard(age); }

 private:
  double rate_;
  WeibullShape defect_;
};

class WeakUnitsLaw final : public Law {
 public:
  WeakUnitsLaw(double rate, double share, const WeibullShape& defect)
      : rate_(rate),
        share_(share),
        defect_(defect),
        weak_(std::make_shared<WeakUnitLaw>(rate, defect)),
        sound_(constant_law(base::Rate(rate))) {}

  [[nodiscard]] double cumulative(double age) const override {
    return rate_ * age - std::log1p(share_ * std::expm1(-defect_.cumulative(age)));
  }
  [[nodiscard]] double hazard(double age) const override {
    return rate_ + alive_and_weak(age) * defect_.hazard(age);
  }
  // P(weak | failed at a) = h_weak P(weak | alive) / h.
  [[nodiscard]] LawPointer after_failure(double age, double uniform) const override {
    const double by_weak = alive_and_weak(age) * weak_->hazard(age);
    return uniform * hazard(age) < by_weak ? weak_ : sound_;
  }

 private:
  [[nodiscard]] double alive_and_weak(double age) const {
    const double weak = share_ * std::exp(-defect_.cumulative(age));
    return weak / (1.0 - share_ + weak);
  }

  double rate_;
  double share_;
  WeibullShape defect_;
  LawPointer weak_;
  LawPointer sound_;
};

}  // namespace

LawPointer weak_units_law(base::Rate rate, double share, const WeibullShape& defect) {
  return std::make_shared<WeakUnitsLaw>(rate.si(), share, defect);
}

LawPointer read_weak_units_law(base::Fields& fields, base::Rate rate) {
  const double share = fields.share("share");
  return weak_units_law(rate, share, read_weibull(fields));
}

}  // namespace weft::campaign
