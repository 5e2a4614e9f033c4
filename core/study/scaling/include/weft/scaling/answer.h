// `weft scaling`: how throughput grows with the size of a cluster, or with what its parts can do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/scaling/question.h"

namespace weft::scaling {

struct PointAnswer {
  study::CaseResult result;
  std::string reason;             // why there are no figures; empty: there are
  double tokens_per_second = 0;   // while stepping
  double per_device = 0;          // the same, of one device of the cluster, used or not
  double trained_per_device = 0;  // what linearity compares
  // trained_per_device over that of the first point; none: one of them has none.
  std::optional<double> linearity;
  double exposed_communication = 0;  // shares of the step
  double bubble = 0;

  [[nodiscard]] bool is_known() const { return reason.empty(); }
  [[nodiscard]] const study::Outcome& outcome() const { return *result.outcome; }
};

struct Answer {
  Question question;
  std::vector<PointAnswer> points;
  [[nodiscard]] bool any() const;
};

// Plans of an answer, point by point; none where there was none.
using Plans = std::vector<std::optional<plan::Plan>>;
Plans plans_of(const Answer& answer);

// With plans that are `kept`, nothing is searched: a point whose plan is none, or is not legal any
// more, has no figures.
Answer answer(Question question, const base::ThreadTeam& team,
              const std::optional<Plans>& kept = std::nullopt);

}  // namespace weft::scaling
