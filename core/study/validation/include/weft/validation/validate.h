// `weft validate`: published rows against the model, and how far off it is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/plan/memory.h"
#include "weft/step/ledger.h"
#include "weft/validation/prepare.h"
#include "weft/validation/rules.h"
#include "weft/validation/runs_table.h"

namespace weft::validation {

// How a row came out. `speed_log_error` is ln(predicted speed / published speed): positive when the
// model is faster, the same for times and rates.
struct RowResult {
  std::string id, source, vendor, kind, cluster, software, split, metric, unit;
  bool is_memory = false;
  bool is_time = false;  // longer is worse
  double published = 0;
  std::optional<double> predicted;  // in the published unit
  std::optional<double> relative_error;
  std::optional<double> speed_log_error;
  std::string reason;                 // why it was skipped; empty for a row that ran
  std::string doubt;                  // why the published row is in doubt; empty: it is not
  std::optional<double> memory_need;  // of the device's usable memory, as a share
  // To both sides of ln(predicted speed), by intervals.h; of a speed that was predicted.
  std::optional<double> half_width;
  std::vector<Filled> filled;
  std::vector<Unplaced> unplaced;

  [[nodiscard]] bool is_skipped() const { return !reason.empty(); }
  // Signed: of speed, or of memory.
  [[nodiscard]] std::optional<double> signed_error() const {
    return is_memory ? relative_error : speed_log_error;
  }
  // What summaries count; 1 for a skipped row.
  [[nodiscard]] double error() const;
};

// Errors of a group of rows; "all" where a key is pooled.
struct Summary {
  std::string source = "all", vendor = "all", kind = "all", split = "all";
  bool is_memory = false;
  int n = 0;
  int skipped = 0;
  double median_abs_error = 0;
  double mean_abs_error = 0;
  double p90_abs_error = 0;  // between ranks, linearly
  double bias = 0;           // mean signed error of the rows that ran
  std::string worst_id;
};

// How a set of rows came out; nothing where too few of its rows are in the table.
struct SetResult {
  RunSet set;
  int n = 0;
  int skipped = 0;
  std::optional<double> value;  // an error or a correlation, as the set is judged
  double bias = 0;              // mean signed error of the rows that ran

  [[nodiscard]] bool is_met() const {
    return value && (set.judge == Judge::kOrder ? *value >= set.aim : *value <= set.aim);
  }
};

struct Validation {
  std::vector<std::string> warnings;
  std::vector<RowResult> rows;
  // Over all, by vendor, by vendor and kind, by source; each fit, test and all.
  std::vector<Summary> summaries;
  std::vector<Summary> beyond_doubt;      // the same of the rows that are not in doubt
  std::vector<SetResult> sets;            // those of the rules that have rows here
  std::vector<Explanation> explanations;  // of the rules
};

// One row; the evaluator's answer in the published unit.
RowResult evaluate(const PublishedRun& run, const PreparedRun& prepared);
// The same for any number of threads.
Validation validate(const RunsTable& table, const Rules& rules, const Documents& documents,
                    const base::ThreadTeam& team);
std::vector<Summary> summarise(const std::vector<RowResult>& rows);
// Of speeds alone.
std::vector<SetResult> judge(const std::vector<RowResult>& rows, const std::vector<RunSet>& sets);
// Of ranks, equal values at the mean of theirs; nothing for fewer than three values, or equal ones.
std::optional<double> rank_correlation(const std::vector<double>& a, const std::vector<double>& b);
// The table that ships, beside the rules.
std::filesystem::path shipped_runs(const base::Catalog& catalog);
// The rules that ship, by name.
Rules load_rules(const base::Catalog& catalog, const base::Reading::Draw& draw = {});

// The q-quantile, linear between ranks. `values` is not empty.
double quantile(std::vector<double> values, double q);

// One row with everything behind it.
struct RowDetail {
  PreparedRun prepared;
  RowResult result;
  std::optional<step::Ledger> ledger;  // of a row that runs
  std::string problem;                 // what a search would refuse the plan for
  std::optional<plan::Memory> memory;
};
RowDetail detail(const PublishedRun& run, const Rules& rules, const Documents& documents);

}  // namespace weft::validation
