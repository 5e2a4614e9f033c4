// Weeks of a job played failure by failure: a study of `weft campaign`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <utility>

#include "kept_columns.h"
#include "kept_plans.h"
#include "weft/weeks/look_ahead.h"

namespace weft::ask {

namespace {

const std::vector<Column>& weeks_columns() {
  static const std::vector<Column> kColumns = {
      {"ettr", "", "effective training time ratio: productive time over wall time", true},
      {"goodput", "", "productive device-time over all of it, spares and repair in it", true},
      {"interruptions_per_week", "", "of the job", false},
      {"mean_time_between", "s", "between interruptions of the job", true},
      {"hosts_out", "", "at a time, mean", false},
      {"waiting", "", "share of the time that the job waits for hosts", false},
      {"step_time", "s", "one training step", false},
  };
  return kColumns;
}

std::vector<double> weeks_values(const weeks::VariantAnswer& answer) {
  const auto& outlook = answer.outlook;
  const double weeks = outlook.wall.mean / base::kWeek.si();
  return {outlook.ettr.mean,
          outlook.goodput.mean,
          outlook.interruptions.mean / weeks,
          outlook.mean_time_between.si(),
          outlook.hosts_out.mean,
          outlook.waiting,
          answer.step.si()};
}

// Rows are variants of the campaign on each cluster.
class WeeksAsker : public Asker {
 public:
  explicit WeeksAsker(const Settings& settings)
      : settings_(settings), columns_(weeks_columns(), settings) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return columns_.columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam& team) override {
    const auto study = read_study(asked, reading);
    const auto answers = weeks::look_ahead(study, options_of(team), team);
    for (const auto& answer : answers) {
      plans_.push_back(answer.result.outcome ? std::optional(answer.result.outcome->plan)
                                             : std::nullopt);
    }
    rows_ = rows_of(answers);
    return rows_;
  }

  void read(const Changed& asked, base::Reading& reading) const override {
    static_cast<void>(read_study(asked, reading));
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

  [[nodiscard]] std::vector<Row> again(const Changed& asked, base::Reading& reading,
                                       const base::ThreadTeam& team) const {
    try {
      auto study = read_study(asked, reading);
      if (settings_.plans == Plans::kKept) keep(study, plans_);
      return rows_of(weeks::look_ahead(study, options_of(team), team));
    } catch (const base::InputError& error) {
      auto rows = rows_;
      for (auto& row : rows) row = columns_.nothing(row.label, error.diagnostics().front().message);
      return rows;
    }
  }

 private:
  static study::Study read_study(const Changed& asked, base::Reading& reading) {
    auto study = study::read_study(as_kind(asked.document, "study"), asked.catalog, reading);
    reading.throw_if_any();
    return study;
  }

  static weeks::Options options_of(const base::ThreadTeam& team) {
    weeks::Options options;
    options.threads = team.size();
    options.only_outlook = true;
    return options;
  }

  [[nodiscard]] std::vector<Row> rows_of(const std::vector<weeks::CaseAnswer>& answers) const {
    std::vector<Row> rows;
    for (const auto& answer : answers) {
      const auto& variants = answer.study_case->campaign.variants;
      for (std::size_t v = 0; v < variants.size(); ++v) {
        auto label = answer.study_case->cluster.label;
        for (const auto& value : variants[v].values) {
          if (!value.empty()) label += ", " + value;
        }
        auto row = columns_.nothing(label, answer.result.reason);
        if (v < answer.variants.size()) {
          row.values = columns_.of(weeks_values(answer.variants[v]));
          row.plan = plan::to_text(answer.result.outcome->plan);
          row.why_not.clear();
        }
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }

  Settings settings_;
  KeptColumns columns_;
  KeptPlans plans_;
  std::vector<Row> rows_;
};

class WeeksTalk : public Talk {
 public:
  explicit WeeksTalk(const WeeksAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    return asker_.again(asked, reading, team_);
  }

 private:
  const WeeksAsker& asker_;
  base::ThreadTeam team_{1};
};

std::unique_ptr<Talk> WeeksAsker::talk() const { return std::make_unique<WeeksTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_weeks(const Settings& settings) {
  return std::make_unique<WeeksAsker>(settings);
}

}  // namespace weft::ask
