#include "accuracy_near.h"

#include <fmt/format.h>

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

}  // namespace

std::array<std::string, kNearLabels.size()> near_cells(
    const validation::NearestPublished& nearest) {
  if (!nearest.runs) return {nearest.reason, "-", "-"};
  const auto& runs = *nearest.runs;
  return {fmt::format("{} on {} devices", runs.runs, size_text(runs)),
          shared_text(runs, nearest.query.kind),
          fmt::format("{:.1f} % (90 % within {:.0f} %)", 100 * runs.median_abs_error,
                      100 * runs.p90_abs_error)};
}

}  // namespace weft::report
