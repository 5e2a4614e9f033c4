// Published memory per device, and what fits a device, against the model: `weft memory`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/validation/documents.h"
#include "weft/validation/rules.h"
#include "weft/validation/runs_table.h"

namespace weft::validation {

// What a figure is of. kFirstPeak is the peak of the first step, before the optimizer has moments.
enum class MemoryPart {
  kAllocated,
  kReserved,
  kDevice,
  kState,
  kFirstPeak,
  kWeightsGradients,
  kOptimizer,
  kActivations,
  kFits,
};
const char* name_of(MemoryPart part);

// Options of a run that change what is held of each parameter.
struct StateOptions {
  bool reuses_weights = false;      // the 16-bit weight is the upper half of the master weight
  bool offloads_optimizer = false;  // master weight and moments are on the host
  bool has_reference = false;       // a second, frozen model beside the one that learns
};

// One figure of a table.
struct MemoryPoint {
  PublishedRun run;  // how it was run; `value` in `unit`, or no value for kFits
  MemoryPart part = MemoryPart::kAllocated;
  std::optional<bool> fits;  // for kFits
  std::string refusal;       // why the figure cannot be compared
  int stage = -1;            // pipeline stage that it is of; -1: the one that needs most
  StateOptions state;
  std::vector<int> left_out;       // layers that stand in the count but are not there
  bool groups_experts = false;     // the weights of a device's experts are one tensor
  bool fused_norms = false;        // norms keep their input only, whatever the stack does
  bool fused_optimizer = false;    // the step of the optimizer needs no buffer
  std::optional<int> predictions;  // layers of multi-token prediction
};

// Tables of published runs with a metric of memory (columns of runs.csv), of figures with a kind
// (memory_GiB, kind), of logged ranks (rank_details), and of trials that ran or not (status,
// act_ckpt). Throws as read_runs() does.
std::vector<MemoryPoint> read_memory_points(const std::filesystem::path& file);
std::vector<MemoryPoint> parse_memory_points(std::string text, std::string name);

struct PointResult {
  std::string id, source, split, memory_kind, unit;
  std::optional<double> published;  // in `unit`
  std::optional<double> predicted;
  std::optional<double> relative_error;
  std::optional<bool> published_fits, predicted_fits;
  std::string reason;  // why it was skipped; empty for a point that was computed
  std::vector<Filled> filled;

  [[nodiscard]] bool is_skipped() const { return !reason.empty(); }
  [[nodiscard]] bool is_feasibility() const { return memory_kind == "fits"; }
};

// Errors of the points that were computed; "all" where a key is pooled.
struct PointSummary {
  std::string source = "all", memory_kind = "all", split = "all";
  int n = 0;
  int skipped = 0;
  double median_abs_error = 0;
  double mean_abs_error = 0;
  double p90_abs_error = 0;
  double bias = 0;
};

// Said to fit or not, against what was seen.
struct FitSummary {
  std::string source = "all", split = "all";
  int n = 0;
  int skipped = 0;
  int fits_right = 0;   // said to fit, and did
  int fits_wrong = 0;   // said to fit, and did not
  int large_right = 0;  // said not to fit, and did not
  int large_wrong = 0;
  [[nodiscard]] double accuracy() const {
    const int ran = n - skipped;
    return ran > 0 ? static_cast<double>(fits_right + large_right) / ran : 0.0;
  }
};

struct MemoryAnswer {
  std::vector<PointResult> rows;
  std::vector<PointSummary> summaries;
  std::vector<FitSummary> fits;
};

PointResult evaluate(const MemoryPoint& point, const Rules& rules, const Documents& documents);
MemoryAnswer evaluate(const std::vector<MemoryPoint>& points, const Rules& rules,
                      const Documents& documents, const base::ThreadTeam& team);
std::vector<PointSummary> summarise(const std::vector<PointResult>& rows);
std::vector<FitSummary> summarise_fits(const std::vector<PointResult>& rows);

}  // namespace weft::validation
