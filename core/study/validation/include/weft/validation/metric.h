// What a published figure counts, and how a prediction is said in its unit.
#pragma once

#include <optional>
#include <string>

#include "weft/base/quantity.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"
#include "weft/validation/runs_table.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::validation {

enum class Measure {
  kStepTime,
  kTokenRate,
  kSequenceRate,
  kWorkRate,
  kUtilisation,
  kRunTime,
  kMemory
};
// Of which a rate is told.
enum class Scope { kCluster, kDevice, kPackage };
// What the allocator handed out, what it holds, what the device reports.
enum class MemoryKind { kAllocated, kReserved, kDevice };

// Which FLOPs a source counts.
struct FlopCount {
  workload::FlopConvention convention = workload::FlopConvention::kFullAttention;
  bool counts_recompute = false;
  bool eight_n = false;  // 8 x parameters x tokens
};

struct Metric {
  Measure measure = Measure::kStepTime;
  double unit = 1.0;  // SI value of one published unit
  Scope scope = Scope::kCluster;
  FlopCount flops;
  std::optional<double> peak;  // FLOP/s to which a utilisation refers, when the source says
  double run_tokens = 0;       // of a whole run
  double run_sequences = 0;
  MemoryKind memory = MemoryKind::kAllocated;
};
const char* name_of(Measure measure);
// Longer times are worse, higher rates are better.
inline bool is_time(Measure measure) {
  return measure == Measure::kStepTime || measure == Measure::kRunTime;
}

// A metric, or why the figure cannot be compared.
struct MetricText {
  std::optional<Metric> metric;
  std::string reason;
};
MetricText read_metric(const PublishedRun& run);
FlopCount read_flop_count(const std::string& convention, const std::string& metric,
                          const std::string& notes);

// What a prediction stands on.
struct Predicted {
  const cluster::Cluster& cluster;
  const workload::Job& job;
  const plan::Plan& plan;
  const workload::Software& software;
  double parameters = 0;   // as the source counts them; 0: by shape
  double batch_share = 1;  // published sequences of a step over those of the one that is run
};
// The figure in the published unit; `step` is not looked at for memory.
double predicted_value(const Metric& metric, const Predicted& run, base::Time step);

}  // namespace weft::validation
