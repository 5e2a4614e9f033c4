#include "weft/campaign/duration.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace weft::campaign {

namespace {

double normal_share(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

void refuse_negative(base::Fields& fields, const char* key, base::Time time) {
  if (time.si() >= 0.0) return;
  const auto value = fields.value(key);
  fields.reading().error(value ? *value : fields.node(), "must not be negative");
}

Duration read_drawn(base::Fields fields) {
  static const std::vector<std::string> kLaws = {"exponential", "lognormal"};
  Duration duration;
  if (fields.choice("law", kLaws) == 0) {
    duration = exponential(fields.positive<base::Time>("mean"));
  } else {
    duration.kind = Duration::Kind::kLognormal;
    duration.typical = fields.positive<base::Time>("median");
    duration.sigma = fields.number("sigma");
    if (duration.sigma < 0.0) {
      fields.reading().error(*fields.value("sigma"), "must not be negative");
    }
  }
  duration.longest = fields.quantity<base::Time>("longest", duration.longest);
  // A bound far below what is usual would be drawn for ever.
  if (duration.longest < duration.typical) {
    fields.reading().error(*fields.value("longest"), "shorter than the mean or the median");
  }
  fields.finish();
  return duration;
}

}  // namespace

double Duration::draw(base::RandomStream& random) const {
  if (kind == Kind::kFixed) return typical.si();
  while (true) {
    const double time = kind == Kind::kExponential
                            ? random.exponential(typical.si())
                            : typical.si() * std::exp(sigma * random.normal());
    if (time <= longest.si()) return time;
  }
}

base::Time Duration::mean() const {
  if (kind == Kind::kFixed) return typical;
  const double bound = longest / typical;
  if (kind == Kind::kExponential) {
    if (!std::isfinite(bound)) return typical;
    return typical * (1.0 - bound * std::exp(-bound) / -std::expm1(-bound));
  }
  const double whole = std::exp(0.5 * sigma * sigma);
  if (!std::isfinite(bound) || sigma <= 0.0) return typical * whole;
  const double z = std::log(bound) / sigma;
  return typical * (whole * normal_share(z - sigma) / normal_share(z));
}

Duration fixed(base::Time time) {
  Duration duration;
  duration.typical = time;
  return duration;
}

Duration exponential(base::Time mean) {
  Duration duration;
  duration.kind = Duration::Kind::kExponential;
  duration.typical = mean;
  return duration;
}

Duration lognormal(base::Time median, double sigma, base::Time longest) {
  Duration duration;
  duration.kind = Duration::Kind::kLognormal;
  duration.typical = median;
  duration.sigma = sigma;
  duration.longest = longest;
  return duration;
}

Duration read_duration(base::Fields& fields, const char* key) {
  const auto value = fields.value(key);
  if (value && value->is_map() && value->find("law")) return read_drawn(fields.map(key));
  const auto time = fields.quantity<base::Time>(key);
  refuse_negative(fields, key, time);
  return fixed(time);
}

Duration read_duration(base::Fields& fields, const char* key, const Duration& fallback) {
  return fields.has(key) ? read_duration(fields, key) : fallback;
}

}  // namespace weft::campaign
