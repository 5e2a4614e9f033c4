// `weft calibrate --chip`: the kernel parameters of a chip are moved to where its measured kernels
// are met best.
#pragma once

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/calibration/kernel_parameter.h"
#include "weft/kernels/points_table.h"

namespace weft::calibration {

// Which points are fitted together: nothing but `power` and `attention` depends on an earlier one.
enum class KernelStage { kMemory, kGemm, kAttention, kPower };
inline constexpr std::array<const char*, 4> kStageNames = {"memory bound", "gemm", "attention",
                                                           "power"};
constexpr const char* name_of(KernelStage stage) {
  return kStageNames[static_cast<std::size_t>(stage)];
}

// What leaves a parameter this much of its prior's deviation does not identify it.
inline constexpr double kInformed = 0.8;

struct FittedKernelParameter {
  KernelParameter parameter;
  KernelStage stage = KernelStage::kGemm;
  double z = 0;                   // standard deviations of the prior from its mode
  double deviation = 1;           // of z, posterior
  int points = 0;                 // that depend on it
  std::set<std::string> sources;  // of these

  // Whether the points tell it; else it is as written by hand and no file gets it.
  [[nodiscard]] bool is_informed() const { return deviation < kInformed; }
  // SI; at so many posterior deviations from the median.
  [[nodiscard]] double value(double deviations = 0) const;
};

// A fitted point. Errors are ln(predicted time / published time), or the same of power.
struct KernelResidual {
  kernels::KernelPoint point;
  KernelStage stage = KernelStage::kGemm;
  double predicted = 0;  // SI
  double error = 0;
  double held_out_error = 0;  // from a fit to the other folds
};

struct KernelErrors {
  std::string group, precision;
  int n = 0;
  double median_error = 0;           // |error|, of the fit
  double median_held_out_error = 0;  // cross-validated
};

struct KernelFit {
  std::string chip;
  std::vector<std::string> tables;
  std::vector<FittedKernelParameter> parameters;
  std::vector<KernelResidual> residuals;
  std::vector<KernelErrors> errors;
  std::vector<std::string> notes;  // what was left out or switched on, and why
  std::set<std::string> sources;
  chips::Device device;  // as fitted

  [[nodiscard]] std::size_t informed() const;
};

// Fits to the points of `chip` that are marked `fit` or not marked at all, from the values written
// by hand. The same for any order of points and number of threads.
// Throws base::InputError when there is no such chip or no row of it, std::runtime_error when the
// points identify nothing.
KernelFit fit_kernels(const std::vector<kernels::PointsTable>& tables, const base::Catalog& catalog,
                      const std::string& chip, const base::ThreadTeam& team);

}  // namespace weft::calibration
