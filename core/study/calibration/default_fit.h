// The uncertain numbers of the document that stands for unknown stacks of a kind: fitted to the
// runs of all stacks of that kind, as if the stack of none were known.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include "runs_fit.h"

namespace weft::calibration {

class DefaultFit {
 public:
  // Everything but the numbers of the default stands at `values` (or its mode). Runs of stacks with
  // many are weighed down, so that the stacks count and not their runs.
  DefaultFit(const RunsFit& fit, const validation::DefaultStack& kind, Values values,
             const base::ThreadTeam& team);

  // Without the runs of `left_out`, all else at `values`.
  [[nodiscard]] Eigen::VectorXd solve(const SolverLimits& limits, const std::string& left_out,
                                      const Eigen::VectorXd& start, const Values& values) const;
  // From the values written by hand, with posteriors.
  [[nodiscard]] std::vector<FittedParameter> fitted(const SolverLimits& limits) const;
  // `values` with the default's numbers at z.
  [[nodiscard]] Values values_at(const Eigen::VectorXd& z, Values values) const;
  [[nodiscard]] int runs() const { return static_cast<int>(members_.size()); }
  // |ln(predicted speed / published speed)| of its runs, with its numbers at z.
  [[nodiscard]] double median_error(const Eigen::VectorXd& z) const;
  [[nodiscard]] Eigen::Index size() const { return static_cast<Eigen::Index>(parameters_.size()); }

 private:
  struct Member {
    validation::PublishedRun run;  // with the default as its software
    std::string stack;
  };
  // Other documents than the default's are taken from `documents`, which were read at `values`.
  [[nodiscard]] Eigen::VectorXd residuals(const Eigen::VectorXd& z, const Values& values,
                                          const validation::Documents& documents,
                                          const std::string& left_out) const;
  [[nodiscard]] double weight(const Member& member, const std::string& left_out) const;
  [[nodiscard]] Minimum minimum(const SolverLimits& limits, const std::string& left_out,
                                const Eigen::VectorXd& start, const Values& values) const;

  const RunsFit& fit_;
  const base::ThreadTeam& team_;
  Values values_;
  std::vector<Member> members_;
  std::map<std::string, int> runs_of_;  // by stack
  std::vector<FittedParameter> parameters_;
};

}  // namespace weft::calibration
