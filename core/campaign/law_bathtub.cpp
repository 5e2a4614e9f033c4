#include "weft/campaign/law.h"

namespace weft::campaign {

namespace {

class BathtubLaw final : public Law {
 public:
  BathtubLaw(double rate, const WeibullShape& infant, const WeibullShape& wear)
      : rate_(rate), infant_(infant), wear_(wear) {}
  [[nodiscard]] double cumulative(double age) const override {
    return rate_ * age + infant_.cumulative(age) + wear_.cumulative(age);
  }
  [[nodiscard]] double hazard(double age) const override {
    return rate_ + infant_.hazard(age) + wear_.hazard(age);
  }

 private:
  double rate_;
  WeibullShape infant_;
  WeibullShape wear_;
};

WeibullShape read_risk(base::Fields& fields, const char* key) {
  auto risk = fields.map(key);
  const auto weibull = read_weibull(risk);
  risk.finish();
  return weibull;
}

}  // namespace

LawPointer bathtub_law(base::Rate rate, const WeibullShape& infant, const WeibullShape& wear) {
  return std::make_shared<BathtubLaw>(rate.si(), infant, wear);
}

LawPointer read_bathtub_law(base::Fields& fields, base::Rate rate) {
  const auto infant = read_risk(fields, "infant");
  return bathtub_law(rate, infant, read_risk(fields, "wear_out"));
}

}  // namespace weft::campaign
