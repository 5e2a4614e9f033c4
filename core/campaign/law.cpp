#include "weft/campaign/law.h"

#include <cmath>
#include <limits>

namespace weft::campaign {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr int kSearchSteps = 200;

std::vector<std::string> law_names() {
  std::vector<std::string> names;
  for (const auto& form : law_forms()) names.push_back(form.name);
  return names;
}

}  // namespace

double WeibullShape::cumulative(double age) const { return std::pow(age / scale.si(), shape); }

double WeibullShape::hazard(double age) const {
  return shape / scale.si() * std::pow(age / scale.si(), shape - 1.0);
}

// Newton's method on H(a) = target, held within a bracket that halves when a step leaves it.
double Law::age_at(double target) const {
  if (!(target > 0.0)) return 0.0;
  double low = 0.0;
  double high = 1.0;
  while (cumulative(high) < target) {
    low = high;
    high *= 4.0;
    if (high > 1e18) return kNever;  // 30 times the age of the universe
  }
  double age = low > 0.0 ? std::sqrt(low * high) : 0.5 * high;
  for (int i = 0; i < kSearchSteps && high - low > 1e-13 * high; ++i) {
    const double excess = cumulative(age) - target;
    (excess < 0.0 ? low : high) = age;
    const double newton = age - excess / hazard(age);
    const bool inside = newton > low && newton < high;
    const double next = inside ? newton : 0.5 * (low + high);
    if (inside && std::abs(next - age) <= 1e-13 * age) return next;
    age = next;
  }
  return age;
}

const std::vector<LawForm>& law_forms() {
  static const std::vector<LawForm> kForms = {{"constant", read_constant_law},
                                              {"weibull", read_weibull_law},
                                              {"weak_units", read_weak_units_law},
                                              {"bathtub", read_bathtub_law},
                                              {"wear_out", read_wear_out_law}};
  return kForms;
}

WeibullShape read_weibull(base::Fields& fields) {
  WeibullShape weibull;
  weibull.shape = fields.number("shape");
  if (weibull.shape <= 0.0) {
    const auto value = fields.value("shape");
    fields.reading().error(value ? *value : fields.node(), "a shape is more than 0");
    weibull.shape = 1.0;
  }
  weibull.scale = fields.positive<base::Time>("scale");
  return weibull;
}

LawPointer read_law(const base::Node& node, base::Reading& reading, const std::string& name,
                    base::Rate rate) {
  if (!node.is_map()) {
    const auto& form = law_forms()[base::choice_of(node, reading, law_names())];
    if (form.name == "constant") return constant_law(rate);
    reading.error(node, form.name + " takes parameters", "{kind: " + form.name + ", …}");
    return constant_law(rate);
  }
  base::Fields fields(node, reading, name);
  const auto& form = law_forms()[fields.choice("kind", law_names())];
  auto law = form.read(fields, rate);
  fields.finish();
  return law;
}

}  // namespace weft::campaign
