// What a company's fees come to in machines.
#include <limits>

#include "rent.h"
#include "weft/cost/answer.h"
#include "weft/site/cost.h"

namespace weft::cost {

LabFigures figures_of(const LabLine& line) { return {line.packages, line.own, line.break_even}; }

LabLine lab_line(const Lab& lab, const Case& one, const Terms& terms, const CaseAnswer& answer) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  LabLine line;
  line.fees = site::reported(lab.compute, one.site).amount;
  line.revenue = site::reported(lab.revenue, one.site).amount;
  line.rent = mean_rent(one, lab.from, lab.from + lab.months / 12.0);
  const double hours = line.fees / line.rent;  // of use
  line.packages = hours / (site::kHoursAMonth * lab.months);
  line.capital = line.own = line.break_even = kUnknown;
  if (!answer.owned) return line;
  const double utilisation = terms.use.steady;
  line.capital = line.packages / utilisation * answer.owned->capital;
  line.own = hours * site::owned_hour(*answer.owned, utilisation);
  line.break_even = site::break_even_utilisation(*answer.owned, line.rent);
  return line;
}

}  // namespace weft::cost
