#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "asker.h"
#include "weft/scaling/answer.h"

namespace weft::ask {

namespace {

struct ScalingFigure {
  Column column;
  double (*of)(const scaling::Point& point, const scaling::PointAnswer& answer);
};

using Place = scaling::Point;
using Known = scaling::PointAnswer;

const std::vector<ScalingFigure>& scaling_figures() {
  static const std::vector<ScalingFigure> kFigures = {
      {{"linearity", "", "throughput of a device over that of the first point", true},
       [](const Place&, const Known& a) { return a.linearity.value_or(kUnknown); }},
      {{"devices", "", "of the cluster, used or not", false},
       [](const Place& p, const Known&) { return static_cast<double>(p.devices); }},
      {{"step_time", "s", "one training step", false},
       [](const Place&, const Known& a) { return a.outcome().ledger.step.si(); }},
      {{"tokens_per_second", "tokens/s", "whole cluster, while stepping", true},
       [](const Place&, const Known& a) { return a.tokens_per_second; }},
      {{"tokens_per_device_second", "tokens/s", "of a device of the cluster, used or not", true},
       [](const Place&, const Known& a) { return a.per_device; }},
      {{"mfu", "", "model FLOPs utilisation, of the matrix peak in the job's precision", true},
       [](const Place&, const Known& a) { return a.outcome().mfu; }},
      {{"exposed_communication", "", "share of the step that waits for the network", false},
       [](const Place&, const Known& a) { return a.exposed_communication; }},
      {{"bubble", "", "share of the step that waits for other pipeline stages", false},
       [](const Place&, const Known& a) { return a.bubble; }},
      {{"ettr", "", "effective training time ratio: productive time over wall time", true},
       [](const Place&, const Known& a) { return a.outcome().goodput.ettr; }},
      {{"mean_time_between", "s", "between interruptions of the job", true},
       [](const Place&, const Known& a) { return a.outcome().goodput.mean_time_between.si(); }},
  };
  return kFigures;
}

class ScalingAsker : public Asker {
 public:
  explicit ScalingAsker(const Settings& settings) : settings_(settings) {
    std::vector<Column> all;
    for (const auto& figure : scaling_figures()) all.push_back(figure.column);
    places_ = chosen(all, settings.figures);
    for (const auto place : places_) columns_.push_back(all[place]);
  }

  [[nodiscard]] const std::vector<Column>& columns() const override { return columns_; }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam& team) override {
    auto question = scaling::read_question(asked.document, asked.catalog, reading);
    for (const auto& point : question.points) labels_.push_back(point.label);
    const auto found = scaling::answer(std::move(question), team);
    plans_ = scaling::plans_of(found);
    return rows_of(found);
  }

  void read(const Changed& asked, base::Reading& reading) const override {
    static_cast<void>(scaling::read_question(asked.document, asked.catalog, reading));
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

  [[nodiscard]] std::vector<Row> again(const Changed& asked, base::Reading& reading,
                                       const base::ThreadTeam& team) const {
    try {
      auto question = scaling::read_question(asked.document, asked.catalog, reading);
      const bool keeps = settings_.plans == Plans::kKept && question.points.size() == plans_.size();
      return rows_of(
          scaling::answer(std::move(question), team, keeps ? std::optional(plans_) : std::nullopt));
    } catch (const base::InputError& error) {
      std::vector<Row> rows;
      for (const auto& label : labels_) {
        rows.push_back(nothing(label, error.diagnostics().front().message));
      }
      return rows;
    }
  }

 private:
  [[nodiscard]] Row nothing(const std::string& label, std::string why_not) const {
    Row row;
    row.label = label;
    row.values.assign(columns_.size(), kUnknown);
    row.why_not = std::move(why_not);
    return row;
  }

  [[nodiscard]] std::vector<Row> rows_of(const scaling::Answer& answer) const {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < answer.points.size(); ++i) {
      const auto& point = answer.question.points[i];
      const auto& known = answer.points[i];
      auto row = nothing(point.label, known.reason);
      for (std::size_t f = 0; f < places_.size() && known.is_known(); ++f) {
        row.values[f] = scaling_figures()[places_[f]].of(point, known);
      }
      if (known.is_known()) row.plan = plan::to_text(known.outcome().plan);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  Settings settings_;
  std::vector<std::size_t> places_;
  std::vector<Column> columns_;
  std::vector<std::string> labels_;
  scaling::Plans plans_;
};

class ScalingTalk : public Talk {
 public:
  explicit ScalingTalk(const ScalingAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    return asker_.again(asked, reading, team_);
  }

 private:
  const ScalingAsker& asker_;
  base::ThreadTeam team_{1};
};

std::unique_ptr<Talk> ScalingAsker::talk() const { return std::make_unique<ScalingTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_scaling(const Settings& settings) {
  return std::make_unique<ScalingAsker>(settings);
}

}  // namespace weft::ask
