// Robust least squares with priors: the Levenberg-Marquardt method on weights that shrink with the
// residual.
#pragma once

#include <functional>

#include <Eigen/Dense>

namespace weft::calibration {

// Residuals r(z) in units of their expected scatter, and parameters z in units of their prior's
// standard deviation, 0 at the prior's mode.
struct LeastSquares {
  std::function<Eigen::VectorXd(const Eigen::VectorXd& z)> residuals;
  // dr/dz, rows by parameters.
  std::function<Eigen::MatrixXd(const Eigen::VectorXd& z, const Eigen::VectorXd& residuals)>
      jacobian;
  Eigen::VectorXd start = {};  // empty: the prior's modes
};

struct SolverLimits {
  int iterations = 60;
  double least_progress = 2e-5;  // share of the cost
};

struct Minimum {
  Eigen::VectorXd z;
  Eigen::VectorXd deviation;  // posterior standard deviation of each z (Laplace's approximation)
  double cost = 0;
  int iterations = 0;
};

// The z that minimises sum ln(1 + r²/2) + sum z²/2, starting from `start`: a Student-t error (three
// degrees of freedom) that rows which no parameter explains cannot dominate, and normal priors.
Minimum minimise(const LeastSquares& problem, Eigen::Index parameters, const SolverLimits& limits);

// For residuals that cost little: slopes are central differences, and it goes on until hardly
// anything moves.
Minimum minimise(const std::function<Eigen::VectorXd(const Eigen::VectorXd& z)>& residuals,
                 Eigen::Index parameters);

}  // namespace weft::calibration
