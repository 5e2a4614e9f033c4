#include "default_fit.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "weft/validation/prepare.h"
#include "weft/validation/validate.h"

namespace weft::calibration {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// So many runs of a stack count in full; of a stack with more each counts less.
constexpr double kFullRuns = 6;
constexpr double kStep = 0.1;  // of slopes, in standard deviations

}  // namespace

DefaultFit::DefaultFit(const RunsFit& fit, const validation::DefaultStack& kind, Values values,
                       const base::ThreadTeam& team)
    : fit_(fit), team_(team), values_(std::move(values)) {
  const validation::Documents documents(fit.catalog(), draw_of(values_));
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < fit.runs().size(); ++i) {
    const auto* of = validation::default_of(fit.stacks()[i], fit.rules());
    if (of == nullptr || of->use != kind.use || fit.stacks()[i] == kind.use) continue;
    Member member{*fit.runs()[i], fit.stacks()[i]};
    member.run.software = kind.use;
    const auto prepared = validation::prepare_run(member.run, fit.rules(), documents);
    if (!validation::evaluate(member.run, prepared).speed_log_error) continue;
    for (const auto& input : prepared.inputs) {
      if (!input.path.starts_with(kind.use + ".") || !sets_time(input.path)) continue;
      const auto [place, is_new] = index.emplace(input.path, parameters_.size());
      if (is_new) parameters_.push_back(FittedParameter{Parameter(input), 0, 1, 0, {}});
      auto& parameter = parameters_[place->second];
      ++parameter.runs;
      parameter.sources.insert(member.run.source.substr(0, member.run.source.find(' ')));
    }
    ++runs_of_[member.stack];
    members_.push_back(std::move(member));
  }
}

Values DefaultFit::values_at(const VectorXd& z, Values values) const {
  for (Index p = 0; p < size(); ++p) {
    const auto& parameter = parameters_[static_cast<std::size_t>(p)].parameter;
    values[parameter.path()] = parameter.value(z[p]);
  }
  return values;
}

double DefaultFit::weight(const Member& member, const std::string& left_out) const {
  if (member.stack == left_out) return 0;
  const double share = std::min(1.0, kFullRuns / runs_of_.at(member.stack));
  return std::sqrt(share) / scatter_of(member.run);
}

VectorXd DefaultFit::residuals(const VectorXd& z, const Values& values,
                               const validation::Documents& documents,
                               const std::string& left_out) const {
  const auto all_values = values_at(z, values);
  std::set<std::string> changed;
  for (const auto& fitted : parameters_) changed.insert(fitted.parameter.path());
  const auto redrawn = documents.redrawn(draw_of(all_values), changed);
  VectorXd all = VectorXd::Zero(static_cast<Index>(members_.size()));
  team_.for_each(members_.size(), [&](std::size_t i, int) {
    const auto& member = members_[i];
    const double by = weight(member, left_out);
    if (by == 0) return;
    const auto prepared = validation::prepare_run(member.run, fit_.rules(), *redrawn);
    const auto result = validation::evaluate(member.run, prepared);
    all[static_cast<Index>(i)] = by * result.speed_log_error.value_or(0.0);
  });
  return all;
}

Minimum DefaultFit::minimum(const SolverLimits& limits, const std::string& left_out,
                            const VectorXd& start, const Values& values) const {
  const validation::Documents documents(fit_.catalog(), draw_of(values));
  team_.for_each(members_.size(), [&](std::size_t i, int) {  // reads them all
    static_cast<void>(validation::prepare_run(members_[i].run, fit_.rules(), documents));
  });
  LeastSquares problem;
  problem.start = start;
  problem.residuals = [&](const VectorXd& z) { return residuals(z, values, documents, left_out); };
  problem.jacobian = [&](const VectorXd& z, const VectorXd& at_z) {
    MatrixXd slopes(at_z.size(), z.size());
    for (Index p = 0; p < z.size(); ++p) {
      VectorXd up = z;
      up[p] += kStep;
      slopes.col(p) = (residuals(up, values, documents, left_out) - at_z) / kStep;
    }
    return slopes;
  };
  return minimise(problem, size(), limits);
}

VectorXd DefaultFit::solve(const SolverLimits& limits, const std::string& left_out,
                           const VectorXd& start, const Values& values) const {
  return minimum(limits, left_out, start, values).z;
}

double DefaultFit::median_error(const VectorXd& z) const {
  if (members_.empty()) return 0;
  const validation::Documents documents(fit_.catalog(), draw_of(values_));
  const auto all = residuals(z, values_, documents, "");
  std::vector<double> errors;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    errors.push_back(std::abs(all[static_cast<Index>(i)]) / weight(members_[i], ""));
  }
  return validation::quantile(errors, 0.5);
}

std::vector<FittedParameter> DefaultFit::fitted(const SolverLimits& limits) const {
  if (members_.empty()) return {};
  const auto result = minimum(limits, "", VectorXd::Zero(size()), values_);
  auto all = parameters_;
  for (std::size_t p = 0; p < all.size(); ++p) {
    all[p].z = result.z[static_cast<Index>(p)];
    all[p].deviation = result.deviation[static_cast<Index>(p)];
  }
  return all;
}

}  // namespace weft::calibration
