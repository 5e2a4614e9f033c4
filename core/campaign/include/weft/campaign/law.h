// How a unit's hazard goes with its age. A law is one small file (law_NAME.cpp) behind this
// interface, picked by `law:` in the YAML; to add one, write its file and name it in law.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weft/base/fields.h"
#include "weft/base/quantity.h"

namespace weft::campaign {

// Ages are in s of powered time. Everything follows from the cumulative hazard H(a) = ∫₀ᵃ h: a unit
// is alive at age a with probability e^{−H(a)}, and one of age a₀ fails next at the age where H has
// grown by an exponential draw E: H⁻¹(H(a₀) + E).
class Law {
 public:
  virtual ~Law() = default;
  [[nodiscard]] virtual double cumulative(double age) const = 0;
  // h(a) per s; may be infinite at age 0.
  [[nodiscard]] virtual double hazard(double age) const = 0;
  // The age at which H reaches `target`; infinite when it never does. Found by search unless a law
  // knows better.
  [[nodiscard]] virtual double age_at(double target) const;
  // The constant hazard, per s, of a law that has no age; negative for the others.
  [[nodiscard]] virtual double constant() const { return -1.0; }
  // The law of a unit that failed at `age` and was mended as bad as old, by a draw `uniform` from
  // (0, 1) where the failure tells what kind of unit it was. Null: the same law.
  [[nodiscard]] virtual std::shared_ptr<const Law> after_failure(double /*age*/,
                                                                 double /*uniform*/) const {
    return nullptr;
  }
};
using LawPointer = std::shared_ptr<const Law>;

// h(a) = (β/η)(a/η)^{β−1}
struct WeibullShape {
  double shape = 1.0;  // β
  base::Time scale;    // η: 63 % have failed at this age
  [[nodiscard]] double cumulative(double age) const;
  [[nodiscard]] double hazard(double age) const;
};

LawPointer constant_law(base::Rate rate);
LawPointer weibull_law(const WeibullShape& weibull);
// A constant hazard, and a share of units with a latent defect that adds a Weibull hazard (β < 1):
// the limited failure population, S = e^{−λa} [1 − p + p e^{−(a/η)^β}].
LawPointer weak_units_law(base::Rate rate, double share, const WeibullShape& defect);
// Competing risks: infant (β < 1), constant, wear-out (β > 1).
LawPointer bathtub_law(base::Rate rate, const WeibullShape& infant, const WeibullShape& wear);
LawPointer wear_out_law(base::Rate rate, const WeibullShape& wear);

// Reads a map with `kind:` NAME and the law's own keys, or just NAME. `rate` is the constant part,
// per unit. Errors go to the reading of `fields`.
struct LawForm {
  std::string name;
  LawPointer (*read)(base::Fields& fields, base::Rate rate);
};
const std::vector<LawForm>& law_forms();
LawPointer read_law(const base::Node& node, base::Reading& reading, const std::string& name,
                    base::Rate rate);
WeibullShape read_weibull(base::Fields& fields);

// The readers of the laws, one a file.
LawPointer read_constant_law(base::Fields& fields, base::Rate rate);
LawPointer read_weibull_law(base::Fields& fields, base::Rate rate);
LawPointer read_weak_units_law(base::Fields& fields, base::Rate rate);
LawPointer read_bathtub_law(base::Fields& fields, base::Rate rate);
LawPointer read_wear_out_law(base::Fields& fields, base::Rate rate);

}  // namespace weft::campaign
