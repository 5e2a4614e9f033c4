// Parts that fail, from the hazards of the campaign.
#include <algorithm>

#include "weft/campaign/campaign.h"
#include "weft/campaign/closed_forms.h"
#include "weft/cost/answer.h"

namespace weft::cost {

namespace {

// Enough on the shelf for so much of the time.
constexpr double kServiceLevel = 0.99;

}  // namespace

std::vector<RepairLine> repairs_of(const Case& one, const Terms& terms) {
  std::vector<RepairLine> lines;
  if (!one.policy) return lines;
  const campaign::PartInUse all{&one.cluster, one.cluster.devices()};
  for (const auto& part : terms.parts) {
    const auto found = std::find_if(one.policy->components.begin(), one.policy->components.end(),
                                    [&](const auto& c) { return c.name == part.component; });
    if (found == one.policy->components.end()) continue;
    const double units = campaign::count_units({&all, 1}, found->unit, one.policy->domains);
    const auto cause = campaign::cause_of(*found, units, *one.policy);
    RepairLine line;
    line.component = part.component;
    line.a_year = campaign::failure_rate(cause, base::kYear) * base::kYear *
                  (1 - found->transient) * part.replaced;
    // Palm: what is under way at a time is Poisson, whatever the times of repair.
    line.on_shelf =
        campaign::poisson_quantile(line.a_year * (terms.lead_time / base::kYear), kServiceLevel);
    line.price = site::reported(part.price, one.site).amount;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace weft::cost
