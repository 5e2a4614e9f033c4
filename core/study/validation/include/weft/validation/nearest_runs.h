// Published runs near to a case, and how far the model was off on them.
//
// Near is, in this order: the same chip (kernels are most of a step, and each chip's were fitted
// together), the same kind of model (dense and mixture of experts fail for different reasons), the
// same stack or a near one (one step of `extends` apart), then the number of devices. The first set
// below with at least five runs is taken; a run on another vendor's chip says nothing here. Of that
// set, runs that no number was fitted to are preferred: when there are five of those, the others
// are left out. Of what is left, runs within a factor of four in devices count, the nearest 25 at
// most; when these are fewer than ten, the nearest ten, as a median of fewer jumps.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/study/run.h"
#include "weft/validation/accuracy.h"
#include "weft/validation/intervals.h"

namespace weft::validation {

// What the runs share with the case, nearest first.
enum class Nearness {
  kStack,            // chip, kind, stack
  kNearStack,        // chip, kind, a near stack
  kChip,             // chip, kind
  kVendorNearStack,  // vendor, kind, a near stack
  kVendor,           // vendor, kind
  kVendorAnyKind,
};
inline constexpr int kNearnessCount = 6;
const char* name_of(Nearness nearness);

struct NearestQuery {
  std::string chip, vendor, kind, stack;  // as in AccuracyRow
  std::int64_t devices = 1;
  double parameters = 1;  // billions
  std::string precision = {};
};

struct NearestRuns {
  Nearness nearness = Nearness::kStack;
  int runs = 0;
  int test = 0;  // of these, runs that no number was fitted to
  std::int64_t fewest_devices = 0, most_devices = 0;
  double median_abs_error = 0;  // of |ln(predicted speed / published speed)|
  double p90_abs_error = 0;
  std::vector<AccuracyRow> rows;  // these, the nearest in size first
};

// The stack that each of some stacks extends, by name; "" for those that extend none or are not
// known. `asked_by` as in Catalog::load().
using StackParents = std::map<std::string, std::string>;
StackParents stack_parents(const std::vector<std::string>& stacks, const base::Catalog& catalog,
                           const std::optional<base::Node>& asked_by);

// Nothing when there are fewer than five runs on chips of the vendor.
std::optional<NearestRuns> nearest_runs(const NearestQuery& query,
                                        const std::vector<AccuracyRow>& rows,
                                        const StackParents& parents);

// What is known of published runs near to one case of a study.
struct NearestPublished {
  NearestQuery query;
  std::optional<NearestRuns> runs;
  std::string reason;                // why there are none
  std::optional<Interval> interval;  // of the step, from all published runs
};

// One a case, from the table that ships (shipped_accuracy()); cases without an outcome have none.
std::vector<NearestPublished> nearest_published(const study::Study& study,
                                                const std::vector<study::CaseResult>& results,
                                                const base::Catalog& catalog,
                                                const base::Node& asked_by);

}  // namespace weft::validation
