#include "weft/calibration/least_squares.h"

namespace weft::calibration {

namespace {

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;

double cost_of(const VectorXd& residuals, const VectorXd& z) {
  return (residuals.array().square() / 2).log1p().sum() + z.squaredNorm() / 2;
}

// The weight at which a squared residual has the slope of the robust cost.
VectorXd weights_of(const VectorXd& residuals) {
  return (1.0 + residuals.array().square() / 2).inverse().matrix();
}

// Curvature of the cost, with unit curvature of the priors.
MatrixXd curvature(const MatrixXd& jacobian, const VectorXd& weights) {
  return jacobian.transpose() * weights.asDiagonal() * jacobian +
         MatrixXd::Identity(jacobian.cols(), jacobian.cols());
}

constexpr double kFirstDamping = 1e-2;
constexpr double kMostDamping = 1e6;
// Of a parameter, in standard deviations of its prior.
constexpr double kDifference = 0.02;
constexpr SolverLimits kThorough = {120, 1e-8};

}  // namespace

Minimum minimise(const LeastSquares& problem, Eigen::Index parameters, const SolverLimits& limits) {
  Minimum result;
  result.z = problem.start.size() == parameters ? problem.start : VectorXd::Zero(parameters);
  VectorXd residuals = problem.residuals(result.z);
  result.cost = cost_of(residuals, result.z);
  double damping = kFirstDamping;
  MatrixXd hessian = MatrixXd::Identity(parameters, parameters);
  for (; result.iterations < limits.iterations; ++result.iterations) {
    const MatrixXd jacobian = problem.jacobian(result.z, residuals);
    const VectorXd weights = weights_of(residuals);
    const VectorXd gradient =
        jacobian.transpose() * weights.cwiseProduct(residuals).eval() + result.z;
    hessian = curvature(jacobian, weights);
    const double before = result.cost;
    for (; damping < kMostDamping; damping *= 4) {
      MatrixXd damped = hessian;
      damped.diagonal() *= 1 + damping;
      const VectorXd z = result.z - damped.ldlt().solve(gradient);
      const VectorXd tried = problem.residuals(z);
      const double cost = cost_of(tried, z);
      if (!(cost < result.cost)) continue;
      result.z = z;
      result.cost = cost;
      residuals = tried;
      damping /= 8;
      break;
    }
    if (before - result.cost <= limits.least_progress * before) break;
  }
  result.deviation = hessian.inverse().diagonal().cwiseSqrt();
  return result;
}

Minimum minimise(const std::function<VectorXd(const VectorXd&)>& residuals,
                 Eigen::Index parameters) {
  const auto jacobian = [&](const VectorXd& z, const VectorXd& at_z) {
    MatrixXd slopes(at_z.size(), z.size());
    for (Eigen::Index p = 0; p < z.size(); ++p) {
      VectorXd up = z;
      VectorXd down = z;
      up[p] += kDifference;
      down[p] -= kDifference;
      slopes.col(p) = (residuals(up) - residuals(down)) / (2 * kDifference);
    }
    return slopes;
  };
  return minimise({residuals, jacobian, {}}, parameters, kThorough);
}

}  // namespace weft::calibration
