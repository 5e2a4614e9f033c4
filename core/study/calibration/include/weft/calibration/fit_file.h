// Fits as documents NAME.fit.yaml that stand beside, and over, NAME.yaml.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/calibration/calibrate.h"
#include "weft/calibration/kernel_fit.h"

namespace weft::calibration {

struct FitFile {
  std::filesystem::path file;
  std::string text;
};

// What the data moved or narrowed, as {low, mode, high} of the posterior (5 %, 50 %, 95 %).
// Entries from measured kernels stay as they are; those from runs are replaced.
std::vector<FitFile> fit_files(const Calibration& calibration, const base::Catalog& catalog);
// The same of a chip's kernels. Entries from runs stay, but for what the kernels now tell; so do
// entries from kernels of stages that the fit has no points of.
FitFile fit_file(const KernelFit& fit, const base::Catalog& catalog);

}  // namespace weft::calibration
