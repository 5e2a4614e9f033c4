#include "weft/calibration/calibrate.h"

#include <algorithm>
#include <cmath>

#include "default_fit.h"
#include "runs_fit.h"
#include "weft/validation/validate.h"

namespace weft::calibration {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

double median_error(const VectorXd& residuals, const std::vector<double>& scatter) {
  std::vector<double> errors;
  errors.reserve(scatter.size());
  for (std::size_t i = 0; i < scatter.size(); ++i) {
    errors.push_back(std::abs(residuals[static_cast<Index>(i)]) * scatter[i]);
  }
  return validation::quantile(errors, 0.5);
}

void by_path(std::vector<FittedParameter>& parameters) {
  std::sort(parameters.begin(), parameters.end(),
            [](const auto& a, const auto& b) { return a.parameter.path() < b.parameter.path(); });
}

// A default alone, everything else as it stands.
Calibration of_default(const RunsFit& fit, const validation::DefaultStack& kind,
                       const base::ThreadTeam& team, const SolverLimits& limits) {
  const DefaultFit defaults(fit, kind, {}, team);
  Calibration calibration;
  calibration.runs = defaults.runs();
  calibration.parameters = defaults.fitted(limits);
  const auto count = defaults.size();
  VectorXd z(count);
  for (Index p = 0; p < count; ++p) z[p] = calibration.parameters[static_cast<std::size_t>(p)].z;
  calibration.median_error_before = defaults.median_error(VectorXd::Zero(count));
  calibration.median_error_after = defaults.median_error(z);
  by_path(calibration.parameters);
  return calibration;
}

}  // namespace

Calibration calibrate(const validation::RunsTable& table, const base::Catalog& catalog,
                      const base::ThreadTeam& team, const SolverLimits& limits,
                      const std::optional<std::string>& software) {
  const RunsFit fit(table, catalog, team, software);
  for (const auto& kind : fit.rules().defaults) {
    if (software == kind.use) return of_default(fit, kind, team, limits);
  }
  const auto count = static_cast<Index>(fit.parameters().size());
  const auto minimum =
      minimise({[&](const VectorXd& z) { return fit.residuals(z); },
                [&](const VectorXd& z, const VectorXd&) { return fit.jacobian(z); }},
               count, limits);
  Calibration calibration;
  calibration.runs = static_cast<int>(fit.runs().size());
  calibration.iterations = minimum.iterations;
  calibration.median_error_before =
      median_error(fit.residuals(VectorXd::Zero(count)), fit.scatter());
  calibration.median_error_after = median_error(fit.residuals(minimum.z), fit.scatter());
  calibration.parameters = fit.parameters();
  for (Index p = 0; p < count; ++p) {
    auto& parameter = calibration.parameters[static_cast<std::size_t>(p)];
    parameter.z = minimum.z[p];
    parameter.deviation = minimum.deviation[p];
  }
  if (!software) {
    for (const auto& kind : fit.rules().defaults) {
      const DefaultFit defaults(fit, kind, fit.values_at(minimum.z), team);
      const auto fitted = defaults.fitted(limits);
      calibration.parameters.insert(calibration.parameters.end(), fitted.begin(), fitted.end());
    }
  }
  by_path(calibration.parameters);
  return calibration;
}

}  // namespace weft::calibration
