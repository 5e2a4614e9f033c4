#include <algorithm>
#include <cmath>
#include <optional>

#include "asker.h"
#include "run_figures.h"
#include "weft/plan/check.h"
#include "weft/step/evaluator.h"
#include "weft/study/memory_study.h"

namespace weft::ask {

namespace {

// What a run is asked for.
struct Wanted {
  std::vector<RunFigure> figures;
  Needs needs = Needs::kStep;  // of the deepest
  Depth depth = Depth::kWhole;
  base::Currency money;
};

Wanted wanted_of(const Settings& settings, const base::Currency& money) {
  Wanted wanted;
  wanted.depth = settings.depth;
  wanted.money = money;
  auto all = run_figures(money);
  if (settings.depth == Depth::kF1) {
    const auto beyond = [](const RunFigure& f) { return f.needs != Needs::kStep; };
    all.erase(std::remove_if(all.begin(), all.end(), beyond), all.end());
  }
  std::vector<Column> columns;
  for (const auto& figure : all) columns.push_back(figure.column);
  for (const auto place : chosen(columns, settings.figures)) {
    wanted.figures.push_back(all[place]);
    wanted.needs = std::max(wanted.needs, all[place].needs);
  }
  return wanted;
}

Row told(const Wanted& wanted, RunAnswer answer) {
  Row row;
  row.label = answer.study_case->cluster.label;
  row.plan = plan::to_text(*answer.plan);
  std::optional<study::Per> per;
  if (wanted.needs == Needs::kPer) {
    per = study::per_of(answer.study->job, *answer.study_case, *answer.outcome, wanted.money);
    answer.per = &*per;
  }
  for (const auto& figure : wanted.figures) row.values.push_back(figure.of(answer));
  return row;
}

Row nothing(const Wanted& wanted, const std::string& label, std::string why_not) {
  Row row;
  row.label = label;
  row.values.assign(wanted.figures.size(), kUnknown);
  row.why_not = std::move(why_not);
  return row;
}

// The step alone: no weeks, no meter.
Row step_of(const Wanted& wanted, const study::Study& study, const study::Case& one,
            const plan::Plan& plan) {
  step::Evaluator evaluator(one.cluster, study.job, one.software);
  const auto step = wanted.depth == Depth::kF1 ? evaluator.lower_bound(plan) : evaluator.time(plan);
  return told(wanted, {&study, &one, &plan, step, nullptr, nullptr});
}

Row row_of(const Wanted& wanted, const study::Study& study, const study::Case& one,
           const study::CaseResult& result) {
  if (!result.outcome) return nothing(wanted, one.cluster.label, result.reason);
  const auto ran = study::as_run(one, result);
  const auto& outcome = *result.outcome;
  return told(wanted, {&study, &ran, &outcome.plan, outcome.ledger.step, &outcome, nullptr});
}

// Unlike devices and power limits change the step.
bool is_quick(const Wanted& wanted, const study::Case& one) {
  const bool is_plain = !one.population && !one.power_limit && !one.cluster.is_mixed();
  return wanted.depth == Depth::kF1 || (is_plain && wanted.needs == Needs::kStep);
}

// A plan that is given, or kept; none: it is searched.
Row answer_case(const Wanted& wanted, const study::Study& study, const study::Case& one,
                const std::optional<plan::Plan>& kept, const base::ThreadTeam& team) {
  auto plan = kept;
  if (!plan && one.request.is_complete()) plan = study::plan_of(study.job, one);
  if (plan) {
    const auto problem = plan::first_problem(one.cluster, study.job, one.software, *plan);
    if (problem) {
      return nothing(wanted, one.cluster.label,
                     plan::explain(*problem, one.cluster, study.job, one.software, *plan));
    }
    if (is_quick(wanted, one)) return step_of(wanted, study, one, *plan);
  }
  const auto result = study::run_case(study, one, team, plan);
  if (result.search.best && wanted.depth == Depth::kF1) {
    return step_of(wanted, study, one, *result.search.best);
  }
  return row_of(wanted, study, one, result);
}

class RunTalk : public Talk {
 public:
  RunTalk(const Wanted& wanted, const std::vector<std::optional<plan::Plan>>& kept,
          const std::vector<std::string>& labels)
      : wanted_(wanted), kept_(kept), labels_(labels) {}

  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point& point) override {
    std::vector<Row> rows;
    try {
      read(asked, reading, point);
    } catch (const base::InputError& error) {
      for (const auto& label : labels_) {
        rows.push_back(nothing(wanted_, label, error.diagnostics().front().message));
      }
      return rows;
    }
    for (std::size_t c = 0; c < study_.cases.size(); ++c) {
      const auto kept = c < kept_.size() ? kept_[c] : std::nullopt;
      rows.push_back(answer_case(wanted_, study_, study_.cases[c], kept, team_));
    }
    return rows;
  }

 private:
  void read(const Changed& asked, base::Reading& reading, const Point& point) {
    std::vector<std::pair<std::string, std::string>> heavy;
    for (const auto& change : point.changes) {
      if (!is_light(change.path)) heavy.emplace_back(change.path, text_of(change.value));
    }
    if (is_read_ && heavy == heavy_ && point.draws == draws_) {
      study::read_job_again(study_, asked.document, asked.catalog, reading);
    } else {
      is_read_ = false;  // until it has been
      study_ = study::read_study(asked.document, asked.catalog, reading);
    }
    reading.throw_if_any();
    heavy_ = std::move(heavy);
    draws_ = point.draws;
    is_read_ = true;
  }

  // What tells a value from others of its path.
  static std::string text_of(const base::Node& node) {
    if (node.is_scalar()) return std::string(node.text());
    std::string text = node.is_map() ? "{" : "[";
    for (std::size_t i = 0; i < node.size(); ++i) {
      if (node.is_map()) text += std::string(node.key(i)) + ": ";
      text += text_of(node.item(i)) + ", ";
    }
    return text + (node.is_map() ? "}" : "]");
  }

  const Wanted& wanted_;
  const std::vector<std::optional<plan::Plan>>& kept_;
  const std::vector<std::string>& labels_;
  base::ThreadTeam team_{1};
  bool is_read_ = false;
  study::Study study_;
  std::vector<std::pair<std::string, std::string>> heavy_;
  std::vector<double> draws_;
};

class RunAsker : public Asker {
 public:
  explicit RunAsker(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return columns_; }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam& team) override {
    const auto study = study::read_study(asked.document, asked.catalog, reading);
    reading.throw_if_any();
    wanted_ = wanted_of(settings_, study::currency_of(study));
    for (const auto& figure : wanted_.figures) columns_.push_back(figure.column);
    std::vector<Row> rows;
    for (const auto& one : study.cases) {
      labels_.push_back(one.cluster.label);
      kept_.push_back(kept_plan(study, one, team));
      rows.push_back(answer_case(wanted_, study, one, kept_.back(), team));
    }
    return rows;
  }

  void read(const Changed& asked, base::Reading& reading) const override {
    static_cast<void>(study::read_study(asked.document, asked.catalog, reading));
    reading.throw_if_any();
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override {
    return std::make_unique<RunTalk>(wanted_, kept_, labels_);
  }

 private:
  // A plan that is given is read anew at each point, as what it says may be what varies.
  [[nodiscard]] std::optional<plan::Plan> kept_plan(const study::Study& study,
                                                    const study::Case& one,
                                                    const base::ThreadTeam& team) const {
    if (settings_.plans == Plans::kSearched || one.request.is_complete()) return std::nullopt;
    return study::one_best_plan(study, one, team).best;
  }

  Settings settings_;
  Wanted wanted_;
  std::vector<Column> columns_;
  std::vector<std::string> labels_;              // by case
  std::vector<std::optional<plan::Plan>> kept_;  // by case; none: searched, or given
};

}  // namespace

std::unique_ptr<Asker> make_run(const Settings& settings) {
  return std::make_unique<RunAsker>(settings);
}

}  // namespace weft::ask
