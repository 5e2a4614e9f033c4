// From a published row to what is needed to run it: job, plan, cluster, software.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/plan/plan.h"
#include "weft/validation/documents.h"
#include "weft/validation/metric.h"
#include "weft/validation/rules.h"
#include "weft/validation/runs_table.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::validation {

// A row ready to run, or the reason why it cannot be. Running it again with other parameters means
// preparing it from redrawn documents: nothing but documents and rules holds parameters.
struct PreparedRun {
  std::string reason;  // of a row that is skipped; empty otherwise
  std::string vendor = "unknown";
  std::string kind = "dense";  // or "moe"
  std::string stack;           // the software document
  std::shared_ptr<const ClusterEntry> cluster;
  workload::Job job;
  plan::Plan plan;
  workload::Software software;
  std::optional<Metric> metric;
  double parameters = 0;   // as the source counts them; 0 when it does not say
  double batch_share = 1;  // sequences of the published step over those of the one that is run
  std::vector<Filled> filled;
  std::vector<Unplaced> unplaced;
  std::vector<base::UncertainInput> inputs;  // uncertain numbers that the answer may depend on

  [[nodiscard]] bool is_skipped() const { return !reason.empty(); }
};

// The vendor of a chip as people say it: "Ascend" for Huawei.
std::string vendor_name(const std::string& vendor);

PreparedRun prepare_run(const PublishedRun& run, const Rules& rules, const Documents& documents);
// All rows, in their order.
std::vector<PreparedRun> prepare(const RunsTable& table, const Rules& rules,
                                 const Documents& documents, const base::ThreadTeam& team);

}  // namespace weft::validation
