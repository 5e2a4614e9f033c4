#include "weft/campaign/law.h"

namespace weft::campaign {

namespace {

class WearOutLaw final : public Law {
 public:
  WearOutLaw(double rate, const WeibullShape& wear) : rate_(rate), wear_(wear) {}
  [[nodiscard]] double cumulative(double age) const override {
    return rate_ * age + wear_.cumulative(age);
  }
  [[nodiscard]] double hazard(double age) const override { return rate_ + wear_.hazard(age); }

 private:
  double rate_;
  WeibullShape wear_;
};

}  // namespace

LawPointer wear_out_law(base::Rate rate, const WeibullShape& wear) {
  return std::make_shared<WearOutLaw>(rate.si(), wear);
}

LawPointer read_wear_out_law(base::Fields& fields, base::Rate rate) {
  return wear_out_law(rate, read_weibull(fields));
}

}  // namespace weft::campaign
