#include "weft/calibration/calibrate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>

#include "fit_document.h"
#include "weft/validation/documents.h"
#include "weft/validation/free_text.h"
#include "weft/validation/prepare.h"
#include "weft/validation/validate.h"

namespace weft::calibration {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using validation::Documents;
using validation::PublishedRun;

// What sets the time of a step: everything else that is uncertain is no business of these runs.
constexpr std::array kFittable = {"*.kernels.*",  "*.host.*",        "*.overlap.*",
                                  "*.efficiency", "*.latency",       "*.all_to_all_efficiency",
                                  "*.half_size",  "*.call_overhead", "*.in_switch_reduction.*"};

// Expected scatter of ln(speed), from what the same job shows on the same machine under another
// release or on another day, and by how much of the configuration is a guess.
double scatter_of(const PublishedRun& run) {
  if (run.quality == "A") return 0.05;
  return run.quality == "C" ? 0.20 : 0.08;
}

// Central differences of this many standard deviations.
constexpr double kShift = 0.1;

using Values = std::map<std::string, double>;

base::Reading::Draw draw_of(const Values& values) {
  return [&values](const std::string& path, const base::Distribution& distribution) {
    const auto found = values.find(path);
    return found == values.end() ? distribution.mode : found->second;
  };
}

// The documents to start from: what runs have fitted is left, what kernels have told is taken. Of
// one stack alone: all that is known of everything else.
base::Catalog start_of(const base::Catalog& catalog, const std::optional<std::string>& software) {
  if (!software) {
    return catalog.with([](const std::filesystem::path&, std::string_view source) {
      return comes_from(kOfKernels, source);
    });
  }
  const auto own = fit_file_of(catalog.load("software", *software, std::nullopt));
  return catalog.with(
      [own](const std::filesystem::path& file, std::string_view) { return file != own; });
}

class Fit {
 public:
  Fit(const validation::RunsTable& table, const base::Catalog& catalog,
      const base::ThreadTeam& team, const std::optional<std::string>& software)
      : catalog_(start_of(catalog, software)),
        rules_(validation::load_rules(catalog_)),
        team_(team),
        prefix_(software ? *software + "." : ""),
        from_kernels_(paths_from_kernels(catalog_)) {
    const Documents documents(catalog_);
    for (const auto& run : table.runs) {
      if (run.split != "fit") continue;
      const auto prepared = validation::prepare_run(run, rules_, documents);
      const auto result = validation::evaluate(run, prepared);
      if (result.is_skipped() || !result.speed_log_error) continue;
      if (software && prepared.stack != *software) continue;
      for (const auto& input : prepared.inputs) {
        if (is_fittable(input.path)) add(input, run.source);
      }
      runs_.push_back(&run);
    }
    if (runs_.empty() && software) {
      throw std::runtime_error("no row with split 'fit' of " + *software + " can be run");
    }
    if (runs_.empty()) throw std::runtime_error("no row with split 'fit' can be run");
  }

  [[nodiscard]] const std::vector<FittedParameter>& parameters() const { return parameters_; }
  [[nodiscard]] std::size_t runs() const { return runs_.size(); }
  [[nodiscard]] std::vector<double> scatter() const {
    std::vector<double> all;
    all.reserve(runs_.size());
    for (const auto* run : runs_) all.push_back(scatter_of(*run));
    return all;
  }

  // ln(predicted / published) of all runs, in units of their scatter.
  [[nodiscard]] VectorXd residuals(const VectorXd& z) const {
    const auto values = values_at(z);
    const Documents documents(catalog_, draw_of(values));
    VectorXd all(static_cast<Index>(runs_.size()));
    team_.for_each(runs_.size(), [&](std::size_t i, int) {
      all[static_cast<Index>(i)] = residual(i, documents);
    });
    return all;
  }

  [[nodiscard]] MatrixXd jacobian(const VectorXd& z) const {
    const auto values = values_at(z);
    const Documents documents(catalog_, draw_of(values));
    team_.for_each(runs_.size(), [&](std::size_t i, int) {  // reads them all
      static_cast<void>(validation::prepare_run(*runs_[i], rules_, documents));
    });
    MatrixXd slopes = MatrixXd::Zero(static_cast<Index>(runs_.size()), z.size());
    team_.for_each(parameters_.size(), [&](std::size_t p, int) {
      const auto column = static_cast<Index>(p);
      const auto up = moved(p, z[column] + kShift, values, documents);
      const auto down = moved(p, z[column] - kShift, values, documents);
      for (std::size_t i = 0; i < users_[p].size(); ++i) {
        slopes(static_cast<Index>(users_[p][i]), column) = (up[i] - down[i]) / (2 * kShift);
      }
    });
    return slopes;
  }

 private:
  [[nodiscard]] bool is_fittable(const std::string& path) const {
    if (!path.starts_with(prefix_) || from_kernels_.count(path) != 0) return false;
    return std::any_of(kFittable.begin(), kFittable.end(),
                       [&](const char* pattern) { return validation::matches(pattern, path); });
  }

  // The run at hand, which gets the next index, depends on this input.
  void add(const base::UncertainInput& input, const std::string& source) {
    const auto [place, is_new] = index_.emplace(input.path, parameters_.size());
    if (is_new) {
      parameters_.push_back(FittedParameter{Parameter(input), 0, 1, 0, {}});
      users_.emplace_back();
    }
    auto& parameter = parameters_[place->second];
    ++parameter.runs;
    parameter.sources.insert(source.substr(0, source.find(' ')));
    users_[place->second].push_back(runs_.size());
  }

  [[nodiscard]] Values values_at(const VectorXd& z) const {
    Values values;
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      const auto& parameter = parameters_[p].parameter;
      values[parameter.path()] = parameter.value(z[static_cast<Index>(p)]);
    }
    return values;
  }

  [[nodiscard]] double residual(std::size_t i, const Documents& documents) const {
    const auto& run = *runs_[i];
    const auto result = evaluate(run, validation::prepare_run(run, rules_, documents));
    return result.speed_log_error.value_or(0.0) / scatter_of(run);
  }

  // Residuals of the runs that depend on parameter p, with it at z.
  [[nodiscard]] std::vector<double> moved(std::size_t p, double z, Values values,
                                          const Documents& documents) const {
    const auto& parameter = parameters_[p].parameter;
    values[parameter.path()] = parameter.value(z);
    const auto redrawn = documents.redrawn(draw_of(values), {parameter.path()});
    std::vector<double> all;
    all.reserve(users_[p].size());
    for (const auto i : users_[p]) all.push_back(residual(i, *redrawn));
    return all;
  }

  base::Catalog catalog_;
  validation::Rules rules_;
  const base::ThreadTeam& team_;
  std::string prefix_;                  // of the paths that move
  std::set<std::string> from_kernels_;  // these do not
  std::vector<const PublishedRun*> runs_;
  std::vector<FittedParameter> parameters_;
  std::vector<std::vector<std::size_t>> users_;  // runs, by parameter
  std::map<std::string, std::size_t> index_;
};

double median_error(const VectorXd& residuals, const std::vector<double>& scatter) {
  std::vector<double> errors;
  errors.reserve(scatter.size());
  for (std::size_t i = 0; i < scatter.size(); ++i) {
    errors.push_back(std::abs(residuals[static_cast<Index>(i)]) * scatter[i]);
  }
  return validation::quantile(errors, 0.5);
}

}  // namespace

Calibration calibrate(const validation::RunsTable& table, const base::Catalog& catalog,
                      const base::ThreadTeam& team, const SolverLimits& limits,
                      const std::optional<std::string>& software) {
  const Fit fit(table, catalog, team, software);
  const auto count = static_cast<Index>(fit.parameters().size());
  const auto minimum =
      minimise({[&](const VectorXd& z) { return fit.residuals(z); },
                [&](const VectorXd& z, const VectorXd&) { return fit.jacobian(z); }},
               count, limits);
  Calibration calibration;
  calibration.runs = static_cast<int>(fit.runs());
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
  std::sort(calibration.parameters.begin(), calibration.parameters.end(),
            [](const auto& a, const auto& b) { return a.parameter.path() < b.parameter.path(); });
  return calibration;
}

}  // namespace weft::calibration
