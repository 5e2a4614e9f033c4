// `weft calibrate --runs`: uncertain numbers of chips, links and software stacks are moved, within
// their priors, to where the published runs marked `fit` are met best.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/calibration/least_squares.h"
#include "weft/calibration/parameter.h"
#include "weft/validation/rules.h"
#include "weft/validation/runs_table.h"

namespace weft::calibration {

struct FittedParameter {
  Parameter parameter;
  double z = 0;                   // standard deviations of the prior from its mode
  double deviation = 1;           // of z, posterior
  int runs = 0;                   // that depend on it
  std::set<std::string> sources;  // of these runs, as far as their first word

  [[nodiscard]] double value() const { return parameter.value(z); }
  // Whether the data moved or narrowed it; else the value written by hand stands.
  [[nodiscard]] bool is_informed() const { return deviation < 0.8 || z > 0.2 || z < -0.2; }
};

struct Calibration {
  std::vector<FittedParameter> parameters;  // by path
  int runs = 0;
  double median_error_before = 0;  // |ln(predicted speed / published speed)| of the fitted runs
  double median_error_after = 0;
  int iterations = 0;
};

// Fits to the rows of `table` whose split is `fit`, starting from the values written by hand: fits
// to runs that stand beside them are not read. What a chip has from measured kernels is read, and
// stays. With `software` only that stack's numbers move, and all others are as they are now.
// Deterministic for any number of threads. Throws std::runtime_error when no such row can be run.
Calibration calibrate(const validation::RunsTable& table, const base::Catalog& catalog,
                      const base::ThreadTeam& team, const SolverLimits& limits,
                      const std::optional<std::string>& software = std::nullopt);

}  // namespace weft::calibration
