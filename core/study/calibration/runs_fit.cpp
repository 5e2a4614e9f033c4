#include "runs_fit.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "fit_document.h"
#include "weft/base/parallel.h"
#include "weft/validation/free_text.h"
#include "weft/validation/prepare.h"
#include "weft/validation/validate.h"

namespace weft::calibration {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using validation::Documents;

constexpr std::array kFittable = {"*.kernels.*",  "*.host.*",        "*.overlap.*",
                                  "*.efficiency", "*.latency",       "*.all_to_all_efficiency",
                                  "*.half_size",  "*.call_overhead", "*.in_switch_reduction.*"};

// Central differences of this many standard deviations.
constexpr double kShift = 0.1;

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

bool is_default(const validation::Rules& rules, const std::string& software) {
  const auto* kind = validation::default_of(software, rules);
  return kind != nullptr && kind->use == software;
}

bool starts_with_any(const std::string& path, const std::vector<validation::DefaultStack>& all) {
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& kind) { return path.starts_with(kind.use + "."); });
}

}  // namespace

base::Reading::Draw draw_of(const Values& values) {
  return [&values](const std::string& path, const base::Distribution& distribution) {
    const auto found = values.find(path);
    return found == values.end() ? distribution.mode : found->second;
  };
}

double scatter_of(const validation::PublishedRun& run) {
  if (run.quality == "A") return 0.05;
  return run.quality == "C" ? 0.20 : 0.08;
}

bool sets_time(const std::string& path) {
  return std::any_of(kFittable.begin(), kFittable.end(),
                     [&](const char* pattern) { return validation::matches(pattern, path); });
}

RunsFit::RunsFit(const validation::RunsTable& table, const base::Catalog& catalog,
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
    if (software && !is_default(rules_, *software) && prepared.stack != *software) continue;
    for (const auto& input : prepared.inputs) {
      if (is_fittable(input.path)) add(input, run.source);
    }
    runs_.push_back(&run);
    stacks_.push_back(prepared.stack);
  }
  if (runs_.empty() && software) {
    throw std::runtime_error("no row with split 'fit' of " + *software + " can be run");
  }
  if (runs_.empty()) throw std::runtime_error("no row with split 'fit' can be run");
}

std::vector<double> RunsFit::scatter() const {
  std::vector<double> all;
  all.reserve(runs_.size());
  for (const auto* run : runs_) all.push_back(scatter_of(*run));
  return all;
}

VectorXd RunsFit::where_fits_are(const base::Catalog& catalog) const {
  const Documents documents(catalog);
  VectorXd z = VectorXd::Zero(static_cast<Index>(parameters_.size()));
  std::vector<validation::PreparedRun> prepared(runs_.size());
  team_.for_each(runs_.size(), [&](std::size_t i, int) {
    prepared[i] = validation::prepare_run(*runs_[i], rules_, documents);
  });
  for (const auto& run : prepared) {
    for (const auto& input : run.inputs) {
      const auto found = index_.find(input.path);
      if (found == index_.end()) continue;
      const auto& parameter = parameters_[found->second].parameter;
      z[static_cast<Index>(found->second)] = parameter.deviations(input.distribution.mode);
    }
  }
  return z;
}

VectorXd RunsFit::residuals(const VectorXd& z) const {
  const auto values = values_at(z);
  const Documents documents(catalog_, draw_of(values));
  VectorXd all(static_cast<Index>(runs_.size()));
  team_.for_each(runs_.size(),
                 [&](std::size_t i, int) { all[static_cast<Index>(i)] = residual(i, documents); });
  return all;
}

MatrixXd RunsFit::jacobian(const VectorXd& z) const {
  const auto values = values_at(z);
  const Documents documents(catalog_, draw_of(values));
  team_.for_each(runs_.size(), [&](std::size_t i, int) {  // reads them all
    static_cast<void>(validation::prepare_run(*runs_[i], rules_, documents));
  });
  MatrixXd slopes = MatrixXd::Zero(static_cast<Index>(runs_.size()), z.size());
  base::Progress progress("numbers varied", parameters_.size(), true);
  team_.for_each(parameters_.size(), [&](std::size_t p, int) {
    const auto column = static_cast<Index>(p);
    const auto up = moved(p, z[column] + kShift, values, documents);
    const auto down = moved(p, z[column] - kShift, values, documents);
    for (std::size_t i = 0; i < users_[p].size(); ++i) {
      slopes(static_cast<Index>(users_[p][i]), column) = (up[i] - down[i]) / (2 * kShift);
    }
    progress.advance(1);
  });
  return slopes;
}

bool RunsFit::is_fittable(const std::string& path) const {
  if (!path.starts_with(prefix_) || from_kernels_.count(path) != 0) return false;
  // The numbers of a default are fitted to the runs of all stacks that it stands for.
  if (prefix_.empty() && starts_with_any(path, rules_.defaults)) return false;
  return sets_time(path);
}

// The run at hand, which gets the next index, depends on this input.
void RunsFit::add(const base::UncertainInput& input, const std::string& source) {
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

Values RunsFit::values_at(const VectorXd& z) const {
  Values values;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    const auto& parameter = parameters_[p].parameter;
    values[parameter.path()] = parameter.value(z[static_cast<Index>(p)]);
  }
  return values;
}

double RunsFit::residual(std::size_t i, const Documents& documents) const {
  const auto& run = *runs_[i];
  const auto result = evaluate(run, validation::prepare_run(run, rules_, documents));
  return result.speed_log_error.value_or(0.0) / scatter_of(run);
}

// Residuals of the runs that depend on parameter p, with it at z.
std::vector<double> RunsFit::moved(std::size_t p, double z, Values values,
                                   const Documents& documents) const {
  const auto& parameter = parameters_[p].parameter;
  values[parameter.path()] = parameter.value(z);
  const auto redrawn = documents.redrawn(draw_of(values), {parameter.path()});
  std::vector<double> all;
  all.reserve(users_[p].size());
  for (const auto i : users_[p]) all.push_back(residual(i, *redrawn));
  return all;
}

}  // namespace weft::calibration
