// Published runs as residuals of the uncertain numbers that they depend on.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/calibration/calibrate.h"
#include "weft/validation/documents.h"
#include "weft/validation/rules.h"
#include "weft/validation/runs_table.h"

namespace weft::calibration {

// Numbers by path.
using Values = std::map<std::string, double>;
// Takes `values` where they have the path, else the mode. Keeps a reference.
base::Reading::Draw draw_of(const Values& values);

// Expected scatter of ln(speed), from what the same job shows on the same machine under another
// release or on another day, and by how much of the configuration is a guess.
double scatter_of(const validation::PublishedRun& run);

// What sets the time of a step: everything else that is uncertain is no business of these runs.
bool sets_time(const std::string& path);

class RunsFit {
 public:
  // The rows `fit` of the table that run; of `software` alone when it is given, whose numbers are
  // then the only ones that move; of all stacks when it is a default of the rules, whose numbers
  // are fitted elsewhere (DefaultFit). Throws std::runtime_error when there is no such row.
  RunsFit(const validation::RunsTable& table, const base::Catalog& catalog,
          const base::ThreadTeam& team, const std::optional<std::string>& software);

  [[nodiscard]] const base::Catalog& catalog() const { return catalog_; }
  [[nodiscard]] const validation::Rules& rules() const { return rules_; }
  [[nodiscard]] const std::vector<FittedParameter>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<const validation::PublishedRun*>& runs() const { return runs_; }
  // The software document of each run.
  [[nodiscard]] const std::vector<std::string>& stacks() const { return stacks_; }
  [[nodiscard]] std::vector<double> scatter() const;
  // The parameters where the fits that stand beside the documents have them.
  [[nodiscard]] Eigen::VectorXd where_fits_are(const base::Catalog& catalog) const;
  [[nodiscard]] Values values_at(const Eigen::VectorXd& z) const;
  // ln(predicted / published) of all runs, in units of their scatter.
  [[nodiscard]] Eigen::VectorXd residuals(const Eigen::VectorXd& z) const;
  [[nodiscard]] Eigen::MatrixXd jacobian(const Eigen::VectorXd& z) const;

 private:
  [[nodiscard]] bool is_fittable(const std::string& path) const;
  void add(const base::UncertainInput& input, const std::string& source);
  [[nodiscard]] double residual(std::size_t i, const validation::Documents& documents) const;
  [[nodiscard]] std::vector<double> moved(std::size_t p, double z, Values values,
                                          const validation::Documents& documents) const;

  base::Catalog catalog_;
  validation::Rules rules_;
  const base::ThreadTeam& team_;
  std::string prefix_;                  // of the paths that move
  std::set<std::string> from_kernels_;  // these do not
  std::vector<const validation::PublishedRun*> runs_;
  std::vector<std::string> stacks_;
  std::vector<FittedParameter> parameters_;
  std::vector<std::vector<std::size_t>> users_;  // runs, by parameter
  std::map<std::string, std::size_t> index_;
};

}  // namespace weft::calibration
