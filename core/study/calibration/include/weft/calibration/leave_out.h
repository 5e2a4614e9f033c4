// `weft calibrate --leave-out stacks`: what the model says of runs of a software stack that it was
// not fitted to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/calibration/fit_file.h"
#include "weft/calibration/least_squares.h"
#include "weft/validation/accuracy.h"
#include "weft/validation/runs_table.h"

namespace weft::calibration {

// Errors are ln(predicted speed / published speed).
struct LeftOutRow {
  validation::AccuracyRow row;  // errors with the stack in the fit, and as unknown
  double facts = 0;  // with what the stack's document states, and the default's uncertain numbers
  [[nodiscard]] double fitted() const { return row.speed_log_error.value_or(0); }
  // As a run whose stack is not known: by the default of its kind.
  [[nodiscard]] double unknown() const { return row.unknown_log_error.value_or(0); }
};

struct LeftOutStack {
  std::string stack;
  std::string instead;  // the default that stands for it
  int fit_rows = 0;     // that were left out of the fit
  std::vector<LeftOutRow> rows;
};

struct LeaveOut {
  int runs = 0;                      // of the whole fit
  std::vector<LeftOutStack> stacks;  // by name
};

// Fits to all rows `fit` of `table`, from where the fits stand that ship; then, for each stack for
// which a default stands, without its rows, from where the whole fit ended and with the slopes
// there; then the default's own numbers, without these rows too; and runs all rows of the stack.
// Chips, links and other stacks that lose rows move, also those that are left with none: back to
// what is written by hand. Throws as calibrate() does.
LeaveOut leave_out_stacks(const validation::RunsTable& table, const base::Catalog& catalog,
                          const base::ThreadTeam& team, const SolverLimits& limits);

// validation::kUnseenFile beside the rules, which intervals are made of.
FitFile unseen_file(const LeaveOut& left, const base::Catalog& catalog);

}  // namespace weft::calibration
