// The solver alone, on problems whose answer is known.
#include "weft/calibration/least_squares.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace weft::calibration {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// r = (A z - b) / scatter.
LeastSquares linear(const MatrixXd& a, const VectorXd& b, double scatter) {
  return {[=](const VectorXd& z) -> VectorXd { return (a * z - b) / scatter; },
          [=](const VectorXd&, const VectorXd&) -> MatrixXd { return a / scatter; }};
}

// Numbers in -1 .. 1, the same on every machine.
MatrixXd random_matrix(Index rows, Index columns, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  MatrixXd a(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      a(i, j) = static_cast<double>(engine() >> 11) * 0x1.0p-52 - 1;
    }
  }
  return a;
}

VectorXd known(Index size) {
  VectorXd z(size);
  for (Index i = 0; i < size; ++i) z[i] = 0.3 * static_cast<double>(i + 1) * (i % 2 == 0 ? 1 : -1);
  return z;
}

const SolverLimits kPatient = {100, 1e-12};

TEST(LeastSquares, RecoversWhatMadeTheData) {
  const auto a = random_matrix(60, 4, 1);
  const auto minimum = minimise(linear(a, a * known(4), 1e-3), 4, kPatient);
  EXPECT_LT((minimum.z - known(4)).norm(), 1e-4);
  EXPECT_LT(minimum.deviation.maxCoeff(), 1e-2);
}

// Every sixth row is off by a thousand times its scatter.
TEST(LeastSquares, IsNotPulledByOutliers) {
  const auto a = random_matrix(120, 4, 2);
  VectorXd b = a * known(4);
  for (Index i = 0; i < b.size(); i += 6) b[i] += i % 12 == 0 ? 10 : -7;
  const auto minimum = minimise(linear(a, b, 1e-2), 4, kPatient);
  EXPECT_LT((minimum.z - known(4)).cwiseAbs().maxCoeff(), 0.02);
}

TEST(LeastSquares, WithoutDataIsThePrior) {
  const auto minimum = minimise(linear(MatrixXd::Zero(5, 3), VectorXd::Zero(5), 1), 3, kPatient);
  EXPECT_EQ(minimum.z, VectorXd::Zero(3));
  EXPECT_NEAR((minimum.deviation - VectorXd::Ones(3)).norm(), 0, 1e-12);
  EXPECT_EQ(minimum.cost, 0);
}

// n rows of slope c that agree with the prior: curvature 1 + n c².
TEST(LeastSquares, NarrowsAsDataGrow) {
  for (const int n : {1, 10, 100}) {
    for (const double c : {0.5, 2.0}) {
      const auto minimum =
          minimise(linear(MatrixXd::Constant(n, 1, c), VectorXd::Zero(n), 1), 1, kPatient);
      EXPECT_NEAR(minimum.deviation[0], 1 / std::sqrt(1 + n * c * c), 1e-9);
    }
  }
}

// What only the sum of two parameters tells is shared between them, and neither is known alone.
TEST(LeastSquares, SharesWhatCannotBeTold) {
  const auto minimum = minimise(
      linear(MatrixXd::Constant(50, 2, 1.0), VectorXd::Constant(50, 1.0), 1e-2), 2, kPatient);
  EXPECT_NEAR(minimum.z[0], 0.5, 1e-3);
  EXPECT_NEAR(minimum.z[1], 0.5, 1e-3);
  EXPECT_NEAR(minimum.deviation[0], std::sqrt(0.5), 1e-2);
}

TEST(LeastSquares, NeverEndsAboveItsStart) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto a = random_matrix(8, 5, seed);
    const VectorXd b = 10 * random_matrix(8, 1, seed + 100);
    const auto problem = linear(a, b, 0.1);
    const double start = (problem.residuals(VectorXd::Zero(5)).array().square() / 2).log1p().sum();
    for (const int iterations : {0, 1, 3, 50}) {
      EXPECT_LE(minimise(problem, 5, {iterations, 1e-9}).cost, start);
    }
  }
}

TEST(LeastSquares, FollowsACurve) {
  // e^z seen at several places, of z = 0.7.
  const LeastSquares problem = {
      [](const VectorXd& z) -> VectorXd {
        VectorXd r(3);
        for (Index i = 0; i < 3; ++i) {
          r[i] = (std::exp(z[0]) - std::exp(0.7)) * static_cast<double>(i + 1) / 1e-3;
        }
        return r;
      },
      [](const VectorXd& z, const VectorXd&) -> MatrixXd {
        MatrixXd slopes(3, 1);
        for (Index i = 0; i < 3; ++i) {
          slopes(i, 0) = std::exp(z[0]) * static_cast<double>(i + 1) / 1e-3;
        }
        return slopes;
      }};
  EXPECT_NEAR(minimise(problem, 1, kPatient).z[0], 0.7, 1e-4);
}

}  // namespace
}  // namespace weft::calibration
