#include <memory>

#include "kept_columns.h"
#include "weft/cost/answer.h"

namespace weft::ask {

namespace {

const std::vector<Column>& cost_columns() {
  static const std::vector<Column> kColumns = {
      {"spend_over_revenue", "", "fees for compute over revenue of the period", false},
      {"packages_rented", "", "that the fees rent, all hours of the period", true},
      {"own_over_fees", "", "as many hours of use on machines of one's own, over the fees", false},
      {"own_over_revenue", "", "the same over revenue", false},
      {"break_even_utilisation", "", "use from which on owning is cheaper", false},
  };
  return kColumns;
}

// Rows are companies on each kind of machine. The question moves its own inputs: ranges are rows'
// own.
class CostAsker : public Asker {
 public:
  explicit CostAsker(const Settings& settings) : kept_(cost_columns(), settings) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return kept_.columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading&,
                         const base::ThreadTeam& team) override {
    const auto answer = cost::answer(as_kind(asked.document, "study"), asked.catalog, team);
    std::vector<Row> rows;
    const auto& labs = answer.question.terms.labs;
    for (std::size_t l = 0; l < labs.size(); ++l) {
      for (std::size_t c = 0; c < answer.cases.size(); ++c) {
        const auto label = labs[l].name + " on " + answer.cases[c].label;
        if (l >= answer.cases[c].labs.size()) {
          rows.push_back(kept_.nothing(label, answer.cases[c].reason.value_or("no rent is known")));
          continue;
        }
        const auto& range = answer.ranges[c];
        rows.push_back(
            row_of(label, answer.cases[c].labs[l], range.labs_low[l], range.labs_high[l]));
      }
    }
    return rows;
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

 private:
  [[nodiscard]] Row row_of(const std::string& label, const cost::LabLine& line,
                           const cost::LabFigures& low, const cost::LabFigures& high) const {
    const double spend = line.fees / line.revenue;
    const auto values = [&](double rented, double own, double even) {
      return std::vector<double>{spend, line.packages * rented, line.own / line.fees * own,
                                 line.own / line.revenue * own, line.break_even * even};
    };
    Row row;
    row.label = label;
    row.values = kept_.of(values(1, 1, 1));
    row.low = kept_.of(values(low[0], low[1], low[2]));
    row.high = kept_.of(values(high[0], high[1], high[2]));
    return row;
  }

  KeptColumns kept_;
};

class CostTalk : public Talk {
 public:
  explicit CostTalk(const CostAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    auto again = asker_;
    return again.begin(asked, reading, team_);
  }

 private:
  const CostAsker& asker_;
  base::ThreadTeam team_{1};
};

std::unique_ptr<Talk> CostAsker::talk() const { return std::make_unique<CostTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_cost(const Settings& settings) {
  return std::make_unique<CostAsker>(settings);
}

}  // namespace weft::ask
