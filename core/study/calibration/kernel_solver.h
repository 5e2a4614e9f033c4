// One robust fit of some parameters of a device to some points.
#pragma once

#include <vector>

#include <Eigen/Dense>

#include "kernel_points.h"
#include "weft/calibration/kernel_parameter.h"

namespace weft::calibration {

struct KernelProblem {
  const chips::Device& device;  // as it is before
  const std::vector<const FitPoint*>& points;
  const std::vector<KernelParameter>& parameters;
  const std::vector<double>& scatter;  // expected, of each point's error
};

struct KernelMinimum {
  Eigen::VectorXd z;
  Eigen::VectorXd deviation;
};

KernelMinimum solve(const KernelProblem& problem);
chips::Device device_at(const KernelProblem& problem, const Eigen::VectorXd& z);
// ln(predicted / published) of each point.
std::vector<double> errors_of(const chips::Device& device,
                              const std::vector<const FitPoint*>& points);
// The errors that each point has in a fit to the other folds.
std::vector<double> held_out_errors(const KernelProblem& problem, const base::ThreadTeam& team);
// What the errors of a fit say of the scatter of points: of each format by itself, where formats
// have parameters of their own. In attention both 16-bit formats share all: they come from
// different libraries, and count the same in sum.
std::vector<double> scatter_of(const std::vector<const FitPoint*>& points,
                               const std::vector<double>& errors);
double median_of_magnitudes(const std::vector<double>& errors);

}  // namespace weft::calibration
