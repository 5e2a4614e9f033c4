// What a cluster draws moment by moment: a study of `weft power`.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "kept_columns.h"
#include "kept_plans.h"
#include "weft/power_study/power_over_time.h"

namespace weft::ask {

namespace {

struct Figure {
  Column column;
  double (*value)(const power_study::PowerAnswer& answer);
};

using Answer = power_study::PowerAnswer;

// Of tokens that count; none may.
double of_tokens(const Answer& answer, double value) {
  return answer.tokens > 0 ? value : kUnknown;
}

double lost_share(const Answer& answer) {
  base::Energy lost;
  for (const auto& one : answer.shares) {
    if (one.is_lost) lost += one.energy;
  }
  return lost / answer.energy;
}

const power::Statistics& smoothed(const Answer& answer) {
  return answer.smoothing.empty() ? answer.statistics : answer.smoothing.back().statistics;
}

// At the meter of the site, and at that of one host.
std::vector<Figure> site_figures() {
  return {
      {{"mean_power", "W", "at the meter of the site", false},
       [](const Answer& a) { return a.statistics.mean; }},
      {{"p5_power", "W", "of the samples, at the meter of the site", false},
       [](const Answer& a) { return a.statistics.p5; }},
      {{"p95_power", "W", "of the samples, at the meter of the site", false},
       [](const Answer& a) { return a.statistics.p95; }},
      {{"peak_power", "W", "highest sample at the meter of the site", false},
       [](const Answer& a) { return a.statistics.peak; }},
      {{"trough_power", "W", "lowest sample at the meter of the site", false},
       [](const Answer& a) { return a.statistics.trough; }},
      {{"swing", "W", "highest sample less lowest", false},
       [](const Answer& a) { return a.statistics.swing(); }},
      {{"ramp", "W/s", "largest change from sample to sample", false},
       [](const Answer& a) { return a.statistics.ramp; }},
      {{"smooth_peak_power", "W", "highest sample with all that smooths it", false},
       [](const Answer& a) { return smoothed(a).peak; }},
      {{"smooth_swing", "W", "highest less lowest, with all that smooths it", false},
       [](const Answer& a) { return smoothed(a).swing(); }},
      {{"host_power", "W", "mean reading of a host's meter", false},
       [](const Answer& a) { return a.host.mean.si(); }},
      {{"host_p95_power", "W", "95 % of the readings of a host's meter are lower", false},
       [](const Answer& a) { return a.host.p95.si(); }},
      {{"host_peak_power", "W", "highest reading of a host's meter", false},
       [](const Answer& a) { return a.host.highest.si(); }},
  };
}

std::vector<Figure> energy_figures() {
  return {
      {{"energy_per_token", "J/token", "at the meter, over tokens that count", false},
       [](const Answer& a) { return of_tokens(a, a.per_token().si()); }},
      {{"carbon_per_token", "kg/token", "CO2e, by the hours of the window", false},
       [](const Answer& a) { return of_tokens(a, a.carbon_per_token()); }},
      {{"lost_energy", "", "share of the energy that goes into no kernel of the step", false},
       lost_share},
      {{"step_time", "s", "one training step", false}, [](const Answer& a) { return a.step.si(); }},
      {{"devices_used", "", "by the plan", false},
       [](const Answer& a) { return static_cast<double>(a.result.outcome->plan.devices()); }},
  };
}

const std::vector<Figure>& figures() {
  static const std::vector<Figure> kFigures = [] {
    auto all = site_figures();
    for (auto& one : energy_figures()) all.push_back(std::move(one));
    return all;
  }();
  return kFigures;
}

std::vector<Column> power_columns() {
  std::vector<Column> columns;
  for (const auto& figure : figures()) columns.push_back(figure.column);
  return columns;
}

// Rows are clusters of the study.
class PowerAsker : public Asker {
 public:
  explicit PowerAsker(const Settings& settings)
      : settings_(settings), columns_(power_columns(), settings) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return columns_.columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam& team) override {
    const auto study = read_study(asked, reading);
    const auto answers = power_study::over_time(study, team);
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
      return rows_of(power_study::over_time(study, team));
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

  [[nodiscard]] std::vector<Row> rows_of(const std::vector<Answer>& answers) const {
    std::vector<Row> rows;
    for (const auto& answer : answers) {
      auto row = columns_.nothing(answer.study_case->cluster.label, answer.result.reason);
      if (answer.result.outcome) {
        std::vector<double> values;
        for (const auto& figure : figures()) values.push_back(figure.value(answer));
        row.values = columns_.of(values);
        row.plan = plan::to_text(answer.result.outcome->plan);
        row.why_not.clear();
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

  Settings settings_;
  KeptColumns columns_;
  KeptPlans plans_;
  std::vector<Row> rows_;
};

class PowerTalk : public Talk {
 public:
  explicit PowerTalk(const PowerAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    return asker_.again(asked, reading, team_);
  }

 private:
  const PowerAsker& asker_;
  base::ThreadTeam team_{1};
};

std::unique_ptr<Talk> PowerAsker::talk() const { return std::make_unique<PowerTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_power(const Settings& settings) {
  return std::make_unique<PowerAsker>(settings);
}

}  // namespace weft::ask
