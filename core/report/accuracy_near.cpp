#include "accuracy_near.h"

#include <fmt/format.h>

#include <cmath>

#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using validation::NearestRuns;

std::string size_text(const NearestRuns& runs) {
  if (runs.fewest_devices == runs.most_devices) return fmt::format("{}", runs.most_devices);
  return fmt::format("{}–{}", runs.fewest_devices, runs.most_devices);
}

// "chip, stack, dense"
std::string shared_text(const NearestRuns& runs, const std::string& kind) {
  const std::string shared = validation::name_of(runs.nearness);
  return runs.nearness == validation::Nearness::kVendorAnyKind ? shared : shared + ", " + kind;
}

std::string interval_text(const validation::NearestPublished& nearest, base::Time step) {
  if (!nearest.interval) return "-";
  const double factor = std::exp(nearest.interval->half_width);
  return fmt::format("{} to {}{}", base::to_text(step / factor), base::to_text(step * factor),
                     nearest.interval->is_stack_known ? "" : " (stack unseen)");
}

}  // namespace

std::array<std::string, kNearLabels.size()> near_cells(const validation::NearestPublished& nearest,
                                                       base::Time step) {
  if (!nearest.runs) return {nearest.reason, "-", "-", interval_text(nearest, step)};
  const auto& runs = *nearest.runs;
  return {fmt::format("{} on {} devices", runs.runs, size_text(runs)),
          shared_text(runs, nearest.query.kind),
          fmt::format("{:.1f} % (90 % within {:.0f} %)", 100 * runs.median_abs_error,
                      100 * runs.p90_abs_error),
          interval_text(nearest, step)};
}

}  // namespace weft::report
