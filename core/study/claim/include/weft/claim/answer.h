// `weft claim`: a claimed figure beside what weft predicts, and what would have to be true.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/ask/question.h"
#include "weft/base/parallel.h"
#include "weft/claim/claim.h"
#include "weft/claim/verdict.h"
#include "weft/uncertainty/draws.h"

namespace weft::claim {

struct Options {
  uncertainty::Options draws;  // 128 samples unless said otherwise
  int needs = 3;               // inputs that are solved for; 0: none
};
Options usual_options();

// An input that moves the figure: at its 5 % and its 95 % quantile, all others at their modes.
struct Mover {
  std::string input;
  double at_low = 0, at_high = 0;
};

// The value of one input at which the prediction is what is claimed, all others at their modes and
// plans as they are. Looked for from a tenth of what it is to ten times as much; shares end at 1.
struct Need {
  std::string input;
  std::string now;                    // as written, "53 GB/s"
  std::optional<std::string> needed;  // "120 GB/s"; none: no value in that range does
  double factor = 1;                  // needed over now
  bool is_within = false;             // inside the range that the input is given with
};

struct TestAnswer {
  std::string metric, meaning, unit;
  std::string row, plan;    // labels and plan of the row
  std::string against_row;  // of a ratio or a difference
  std::string reason;       // why there is no prediction; empty: there is
  uncertainty::Interval predicted;
  std::optional<Claimed> claimed;
  std::optional<double> share_met;  // of the draws; none: a plain value without tolerance
  double best = 0;                  // that can be reached, on the better side
  Verdict verdict = Verdict::kNotTestable;
  std::optional<Margin> margin;
  std::vector<Mover> movers;  // the strongest first
  std::vector<Need> needs;    // none where all draws meet the claim, unless it names inputs

  [[nodiscard]] bool is_known() const { return reason.empty(); }
};

struct Answer {
  Claim claim;
  std::vector<TestAnswer> tests;  // as Claim::tests
  Verdict verdict = Verdict::kNotTestable;
};

// Throws base::InputError for studies, rows, metrics and values that are wrong.
Answer answer(const Claim& claim, const base::Catalog& catalog, const Options& options,
              const base::ThreadTeam& team);

}  // namespace weft::claim
