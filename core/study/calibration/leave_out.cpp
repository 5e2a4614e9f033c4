#include "weft/calibration/leave_out.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "default_fit.h"
#include "runs_fit.h"
#include "weft/validation/prepare.h"
#include "weft/validation/validate.h"

namespace weft::calibration {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using validation::Documents;
using validation::PublishedRun;

// A start near the end needs few steps.
constexpr SolverLimits kWarm = {6, 1e-4};

std::string behind_document(const std::string& path) { return path.substr(path.find('.') + 1); }

// The numbers of the default, under the names that they have in the stack's own documents.
Values renamed(const std::string& stack, const std::string& instead, const Documents& documents,
               Values values) {
  std::map<std::string, double> of_default;
  for (const auto& input : documents.software(instead)->inputs) {
    const auto found = values.find(input.path);
    of_default[behind_document(input.path)] =
        found == values.end() ? input.distribution.mode : found->second;
  }
  for (const auto& input : documents.software(stack)->inputs) {
    const auto found = of_default.find(behind_document(input.path));
    if (found != of_default.end()) values[input.path] = found->second;
  }
  return values;
}

class Leaver {
 public:
  Leaver(const validation::RunsTable& table, const base::Catalog& catalog,
         const base::ThreadTeam& team, const SolverLimits& limits)
      : table_(table),
        team_(team),
        fit_(table, catalog, team, std::nullopt),
        documents_(fit_.catalog()) {
    LeastSquares problem;
    problem.start = fit_.where_fits_are(catalog);
    problem.residuals = [&](const VectorXd& z) { return fit_.residuals(z); };
    problem.jacobian = [&](const VectorXd& z, const VectorXd&) { return fit_.jacobian(z); };
    z_ = minimise(problem, static_cast<Index>(fit_.parameters().size()), limits).z;
    slopes_ = fit_.jacobian(z_);
    const auto values = fit_.values_at(z_);
    for (const auto& kind : fit_.rules().defaults) {
      auto& whole = wholes_[kind.use];
      whole.fit = std::make_unique<DefaultFit>(fit_, kind, values, team_);
      whole.z = whole.fit->solve(limits, "", VectorXd::Zero(whole.fit->size()), values);
    }
    for (const auto& run : table_.runs) {
      const auto prepared = validation::prepare_run(run, fit_.rules(), documents_);
      if (!prepared.is_skipped()) rows_[prepared.stack].push_back(&run);
    }
  }

  [[nodiscard]] LeaveOut all() const {
    LeaveOut answer;
    answer.runs = static_cast<int>(fit_.runs().size());
    for (const auto& [stack, rows] : rows_) {
      const auto* kind = validation::default_of(stack, fit_.rules());
      if (kind != nullptr && kind->use != stack) answer.stacks.push_back(leave(stack, *kind));
    }
    return answer;
  }

 private:
  struct Whole {
    std::unique_ptr<DefaultFit> fit;
    VectorXd z;
  };

  [[nodiscard]] std::vector<Index> kept_rows(const std::string& stack) const {
    std::vector<Index> kept;
    for (std::size_t i = 0; i < fit_.stacks().size(); ++i) {
      if (fit_.stacks()[i] != stack) kept.push_back(static_cast<Index>(i));
    }
    return kept;
  }

  [[nodiscard]] Values values_without(const std::string& stack) const {
    const auto kept = kept_rows(stack);
    if (kept.size() == fit_.runs().size()) return fit_.values_at(z_);
    LeastSquares problem;
    problem.start = z_;
    problem.residuals = [&](const VectorXd& z) -> VectorXd { return fit_.residuals(z)(kept); };
    problem.jacobian = [&](const VectorXd&, const VectorXd&) -> MatrixXd {
      return slopes_(kept, Eigen::all);
    };
    return fit_.values_at(minimise(problem, z_.size(), kWarm).z);
  }

  [[nodiscard]] LeftOutStack leave(const std::string& stack,
                                   const validation::DefaultStack& kind) const {
    LeftOutStack left;
    left.stack = stack;
    left.instead = kind.use;
    left.fit_rows = static_cast<int>(std::count(fit_.stacks().begin(), fit_.stacks().end(), stack));
    const auto& whole = wholes_.at(kind.use);
    auto values = values_without(stack);
    values = whole.fit->values_at(whole.fit->solve(kWarm, stack, whole.z, values), values);
    const auto with_facts = renamed(stack, kind.use, documents_, values);
    const auto known = fit_.values_at(z_);
    const auto& rows = rows_.at(stack);
    const auto as_known = answers_of(stack, stack, known);
    const auto unknown = answers_of(stack, kind.use, values);
    const auto facts = answers_of(stack, stack, with_facts);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& as_new = unknown[i].result.speed_log_error;
      const auto& by_facts = facts[i].result.speed_log_error;
      if (!as_known[i].result.speed_log_error || !as_new || !by_facts) continue;
      auto row = validation::accuracy_row(*rows[i], as_known[i].prepared, as_known[i].result);
      row.unknown_log_error = as_new;
      left.rows.push_back({std::move(row), *by_facts});
    }
    return left;
  }

  struct Answer {
    validation::PreparedRun prepared;
    validation::RowResult result;
  };
  // The rows of `stack`, run as `as`.
  [[nodiscard]] std::vector<Answer> answers_of(const std::string& stack, const std::string& as,
                                               const Values& values) const {
    const Documents documents(fit_.catalog(), draw_of(values));
    const auto& rows = rows_.at(stack);
    std::vector<Answer> all(rows.size());
    team_.for_each(rows.size(), [&](std::size_t i, int) {
      auto run = *rows[i];
      if (as != stack) run.software = as;
      all[i].prepared = validation::prepare_run(run, fit_.rules(), documents);
      all[i].result = validation::evaluate(run, all[i].prepared);
      all[i].result.doubt = validation::doubt_of(fit_.rules(), run.id);
    });
    return all;
  }

  const validation::RunsTable& table_;
  const base::ThreadTeam& team_;
  RunsFit fit_;
  Documents documents_;  // as written
  VectorXd z_;
  MatrixXd slopes_;
  std::map<std::string, Whole> wholes_;                           // by default
  std::map<std::string, std::vector<const PublishedRun*>> rows_;  // by stack
};

}  // namespace

LeaveOut leave_out_stacks(const validation::RunsTable& table, const base::Catalog& catalog,
                          const base::ThreadTeam& team, const SolverLimits& limits) {
  return Leaver(table, catalog, team, limits).all();
}

FitFile unseen_file(const LeaveOut& left, const base::Catalog& catalog) {
  std::vector<validation::AccuracyRow> rows;
  for (const auto& stack : left.stacks) {
    for (const auto& row : stack.rows) rows.push_back(row.row);
  }
  return {validation::shipped_runs(catalog).replace_filename(validation::kUnseenFile),
          validation::to_csv(rows)};
}

}  // namespace weft::calibration
