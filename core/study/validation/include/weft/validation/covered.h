// The region of plans that published runs cover, and what of a plan lies outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/plan/plan.h"
#include "weft/validation/accuracy.h"
#include "weft/validation/runs_table.h"

namespace weft::validation {

// How a published run was split, as far as it says; nothing for what it does not.
struct CoveredRun {
  std::string chip, stack;
  std::int64_t devices = 0;
  std::optional<std::int64_t> tensor, pipeline, virtual_stages, context, expert, micro_batch;
  std::string schedule;  // in the words of the row
};

// What is published for a chip with a stack, or, when there is nothing, for the chip.
struct Coverage {
  int runs = 0;
  bool of_stack = false;
  // "TP16, published up to 8": degrees, devices and micro-batches beyond those of the runs; then
  // what none of the runs says that it did (a schedule), or no published run at all (orders of
  // ranks, what is on the host). Empty inside the region; "the chip" alone when no run is on it.
  std::vector<std::string> outside;
};
Coverage coverage(const std::vector<CoveredRun>& runs, const std::string& chip,
                  const std::string& stack, const plan::Plan& plan);

// Predicted rows of accuracy.csv with the plans of runs.csv; empty when either is missing.
std::vector<CoveredRun> covered_runs(const base::Catalog& catalog);
std::vector<CoveredRun> covered_runs(const std::vector<AccuracyRow>& rows, const RunsTable& table);

}  // namespace weft::validation
