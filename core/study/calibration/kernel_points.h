// The points of one chip that enter a fit, and how far off a device is on them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/calibration/kernel_fit.h"

namespace weft::calibration {

inline constexpr int kFolds = 5;

struct FitPoint {
  const kernels::KernelPoint* point = nullptr;
  KernelStage stage = KernelStage::kGemm;
  chips::Precision precision = chips::Precision::kBf16;
  int fold = 0;        // by what the point says, not by where it stands
  double ceiling = 0;  // SI; of a power: what the device's limit cuts off
  std::string key;     // what the point says
};

struct ChosenPoints {
  std::vector<FitPoint> points;  // in an order of their own
  std::vector<std::string> left_out;
};

// Throws base::InputError when no row is of this chip.
ChosenPoints choose_points(const std::vector<kernels::PointsTable>& tables,
                           const base::Catalog& catalog, const chips::Chip& chip);

chips::Precision precision_of(const kernels::KernelPoint& point);
// ln(predicted time / published time), or the same of power; nothing finite: a large number. Of a
// device without a power limit: what is above the point's ceiling counts as the ceiling where the
// measurement has reached it, and in full elsewhere, so that a limit hides no slope.
double log_error(const chips::Device& device, const FitPoint& point);
// "github owner/name@commit file" is "owner/name @commit".
std::string source_name(const std::string& source);
// "owner/name" where "owner/name @commit" is there.
void drop_bare_names(std::set<std::string>& sources);

}  // namespace weft::calibration
