#include "kernel_solver.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "weft/calibration/least_squares.h"
#include "weft/validation/validate.h"

namespace weft::calibration {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

// A measurement is hardly better than this, however well a fit meets it.
constexpr double kLeastScatter = 0.02;
// Between the median of |x| and the deviation of a normal x.
constexpr double kOfMedian = 1.4826;

}  // namespace

chips::Device device_at(const KernelProblem& problem, const VectorXd& z) {
  chips::Device device = problem.device;
  for (std::size_t p = 0; p < problem.parameters.size(); ++p) {
    problem.parameters[p].apply(device, z[static_cast<Index>(p)]);
  }
  return device;
}

std::vector<double> errors_of(const chips::Device& device,
                              const std::vector<const FitPoint*>& points) {
  std::vector<double> errors(points.size());
  std::transform(points.begin(), points.end(), errors.begin(),
                 [&](const FitPoint* point) { return log_error(device, *point); });
  return errors;
}

KernelMinimum solve(const KernelProblem& problem) {
  const auto count = static_cast<Index>(problem.parameters.size());
  const auto residuals = [&](const VectorXd& z) {
    const auto device = device_at(problem, z);
    VectorXd all(static_cast<Index>(problem.points.size()));
    for (Index i = 0; i < all.size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      all[i] = log_error(device, *problem.points[at]) / problem.scatter[at];
    }
    return all;
  };
  const auto minimum = minimise(residuals, count);
  return {minimum.z, minimum.deviation};
}

std::vector<double> held_out_errors(const KernelProblem& problem, const base::ThreadTeam& team) {
  std::vector<double> errors(problem.points.size());
  team.for_each(kFolds, [&](std::size_t fold, int) {
    std::vector<const FitPoint*> others;
    std::vector<double> scatter;
    for (std::size_t i = 0; i < problem.points.size(); ++i) {
      if (problem.points[i]->fold == static_cast<int>(fold)) continue;
      others.push_back(problem.points[i]);
      scatter.push_back(problem.scatter[i]);
    }
    const KernelProblem part = {problem.device, others, problem.parameters, scatter};
    const auto device = device_at(part, solve(part).z);
    for (std::size_t i = 0; i < problem.points.size(); ++i) {
      if (problem.points[i]->fold != static_cast<int>(fold)) continue;
      errors[i] = log_error(device, *problem.points[i]);
    }
  });
  return errors;
}

std::vector<double> scatter_of(const std::vector<const FitPoint*>& points,
                               const std::vector<double>& errors) {
  std::map<chips::Precision, std::vector<double>> by_format;
  for (std::size_t i = 0; i < points.size(); ++i) {
    by_format[points[i]->precision].push_back(errors[i]);
  }
  const double all = median_of_magnitudes(errors);
  const double share = static_cast<double>(points.size()) / static_cast<double>(by_format.size());
  std::vector<double> scatter(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& own = by_format[points[i]->precision];
    const bool is_shared = points[i]->stage == KernelStage::kAttention;
    const double median = is_shared ? all : median_of_magnitudes(own);
    scatter[i] = std::max(kLeastScatter, kOfMedian * median);
    if (is_shared) scatter[i] *= std::sqrt(static_cast<double>(own.size()) / share);
  }
  return scatter;
}

double median_of_magnitudes(const std::vector<double>& errors) {
  std::vector<double> magnitudes(errors.size());
  std::transform(errors.begin(), errors.end(), magnitudes.begin(),
                 [](double error) { return std::abs(error); });
  return validation::quantile(magnitudes, 0.5);
}

}  // namespace weft::calibration
