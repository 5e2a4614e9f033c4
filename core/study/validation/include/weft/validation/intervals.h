// Intervals of predicted speeds, from how far off the model was on published runs.
//
// The runs most like the prediction are taken: the same vendor, kind of model, stack, width of the
// number format and about as much guessed; less and less of that where these are fewer than 25. Of
// their errors |ln(predicted / published speed)| the 90 % quantile for a further draw from the same
// population (rank ⌈0.9 (n + 1)⌉: split conformal prediction, arXiv 1612.01474 §2 and Vovk et al.,
// Algorithmic Learning in a Random World, 2005) is the half-width of the interval. Runs in doubt do
// not count. A stack that no run stands behind gets what stacks had that were left out of the fit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/validation/accuracy.h"

namespace weft::validation {

// The share of published runs that an interval is to hold.
inline constexpr double kInside = 0.9;

// What an interval depends on; as in AccuracyRow.
struct PredictionTraits {
  std::string vendor, kind, stack, precision;
  std::int64_t devices = 1;
  int guessed = 0;
};
PredictionTraits traits_of(const AccuracyRow& row);

// Of ln(speed), to both sides.
struct Interval {
  double half_width = 0;
  int runs = 0;                // that stand behind it
  std::string of;              // what they share, "Nvidia, dense, nemo"
  bool is_stack_known = true;  // to the fits
  // More devices than any run of the vendor and kind had: widened for each factor of e.
  bool is_larger = false;

  [[nodiscard]] bool holds(double log_error) const {
    return log_error <= half_width && log_error >= -half_width;
  }
};

class IntervalModel {
 public:
  // Rows of accuracy.csv and unseen.csv; a run of both counts once. `defaults`: stacks that stand
  // for those that are not known; `wider_per_factor` is that of the rules.
  IntervalModel(const std::vector<AccuracyRow>& shipped, const std::vector<AccuracyRow>& unseen,
                std::vector<std::string> defaults, double wider_per_factor = 0);

  // `without`: runs of this publication do not count, as if it were new. Nothing when there is no
  // run at all.
  [[nodiscard]] std::optional<Interval> interval(const PredictionTraits& traits,
                                                 const std::string& without = "") const;
  // The same for a stack that is not known, whatever `traits` say of it.
  [[nodiscard]] std::optional<Interval> unknown_interval(const PredictionTraits& traits,
                                                         const std::string& without = "") const;
  [[nodiscard]] bool knows(const std::string& stack) const;

 private:
  std::vector<AccuracyRow> rows_;
  std::vector<std::string> defaults_;
  double wider_per_factor_;
};

// From the tables that ship; nothing when there is no accuracy.csv.
std::optional<IntervalModel> shipped_intervals(const base::Catalog& catalog, const Rules& rules);

// Puts the half-width of each predicted speed into the answer; `rows` are its accuracy_rows().
void add_intervals(const std::vector<AccuracyRow>& rows, const IntervalModel& model,
                   Validation& validation);

// How many published runs lie inside their intervals.
struct HeldShare {
  std::string vendor = kAll, kind = kAll, split = kAll;
  bool unknown = false;  // run as if their stack were not known
  int n = 0;
  double inside = 0;        // share, by intervals as they ship
  double inside_new = 0;    // by intervals without the runs of the same publication
  double median_width = 0;  // half-width as shipped
};
// Of the rows that ran, by vendor and kind, of `test` and all; then of those of `unseen` as
// unknown.
std::vector<HeldShare> held_shares(const std::vector<AccuracyRow>& rows,
                                   const std::vector<AccuracyRow>& unseen,
                                   const IntervalModel& model);

}  // namespace weft::validation
