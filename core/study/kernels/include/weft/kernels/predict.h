// Measured kernels against the kernel models.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/kernels/points_table.h"

namespace weft::kernels {

// A kernel measured at this multiple of its time has waited for its launch.
inline constexpr double kBoundByLaunches = 1.5;
// Shorter kernels than this are sampled at the power of the pauses between them.
inline constexpr double kShortestPower = 100e-6;  // s

// What a device makes of a kernel.
struct Prediction {
  base::Time time;
  base::Power power;
};
// One kernel by itself, again and again; cheapest for a device that is measured_alone().
Prediction predict(const chips::Device& device, const Measured& kernel);
// What the device makes of the published figure of a point, in SI; 0 for a kernel without work.
double figure_of(const chips::Device& device, const KernelPoint& point);
// The format that the kernel's products are in; nothing for streams.
std::optional<chips::Precision> precision_of(const Measured& kernel);

// The chip of the catalogue that a name in a table means: its id, its name, or an alias
// ("H100-SXM5", "A100_SXM_80G", "Ascend 910C (one die)"); else nothing.
std::optional<std::string> chip_named(const base::Catalog& catalog, const std::string& name);

struct KernelResult {
  const KernelPoint* point = nullptr;
  std::string chip;                      // the document; empty when the name means none
  std::optional<double> predicted;       // in the published unit
  std::optional<double> relative_error;  // predicted time / published time - 1, whatever the
                                         // figure; of a power, power / published - 1
  std::string reason;                    // why not
  [[nodiscard]] bool is_skipped() const { return !predicted.has_value(); }
};

// Errors of a group of points. Keys that are pooled hold "all".
struct KernelSummary {
  std::string chip = "all", group = "all", precision = "all", size = "all", split = "all";
  bool is_power = false;
  int n = 0;
  int skipped = 0;
  double median_abs_error = 0;
  double mean_abs_error = 0;
  double p90_abs_error = 0;
  double bias = 0;  // median signed error
};

struct PointsAnswer {
  std::vector<KernelResult> rows;
  std::vector<KernelSummary> summaries;
};

// The summaries that the rows of an answer make: of all, by group, by group over all chips, and by
// chip; times and powers apart, and what has no split apart from `fit` and `test`.
std::vector<KernelSummary> summarise(const std::vector<KernelResult>& rows);

// All points of a table, which the answer points into. `chip`: this document for all of them (a
// user's own part) instead of each row's own. Fits beside the documents count, as `catalog` reads
// them.
PointsAnswer predict_points(const PointsTable& table, const base::Catalog& catalog,
                            const std::optional<std::string>& chip);

// Size classes: GEMMs with all dimensions from 1024 on, or one below; powers of kernels of less
// than 100 us, or longer.
inline constexpr const char* kLargeSize = "all ≥ 1024";
inline constexpr const char* kThinSize = "thin";
inline constexpr const char* kShortSize = "short";
inline constexpr const char* kLongSize = "long";
// One of them; "" for other kernels, and for powers beside which no time was measured.
std::string size_class(const KernelPoint& point);

}  // namespace weft::kernels
