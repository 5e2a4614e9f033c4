#include <memory>
#include <optional>
#include <utility>

#include "kept_columns.h"
#include "weft/cost/answer.h"

namespace weft::ask {

namespace {

const std::vector<Column>& lab_columns() {
  static const std::vector<Column> kColumns = {
      {"spend_over_revenue", "", "fees for compute over revenue of the period", false},
      {"packages_rented", "", "that the fees rent, all hours of the period", true},
      {"own_over_fees", "", "as many hours of use on machines of one's own, over the fees", false},
      {"own_over_revenue", "", "the same over revenue", false},
      {"break_even_utilisation", "", "use from which on owning is cheaper", false},
  };
  return kColumns;
}

// As cost::Figure counts them.
std::vector<Column> case_columns(const base::Currency& money) {
  return {
      {"capital", money, "paid once, of a package", false},
      {"own_hour", money, "owned, an hour of use of a package", false},
      {"own_useful_hour", money, "the same over the goodput", false},
      {"rent_hour", money, "rented, an hour of use of a package: mean over the term", false},
      {"rent_useful_hour", money, "the same over the goodput", false},
      {"break_even_utilisation", "", "use from which on owning is cheaper", false},
      {"payback_months", "", "at the mean rent of the term", false},
      {"own_million_tokens", money, "owned, a million tokens", false},
      {"rent_million_tokens", money, "rented, a million tokens", false},
      {"own_term", money, "owned, the whole cluster over the term", false},
      {"rent_term", money, "rented, the whole cluster over the term", false},
      {"energy_share", "", "of energy in the cost of owning an hour of use", false},
  };
}

// Rows are companies on each kind of machine where the question has any, else machines. The
// question moves its own inputs: ranges are rows' own.
class CostAsker : public Asker {
 public:
  explicit CostAsker(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return kept_->columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading&,
                         const base::ThreadTeam& team) override {
    const auto answer = cost::answer(as_kind(asked.document, "study"), asked.catalog, team);
    const auto& labs = answer.question.terms.labs;
    if (labs.empty()) return rows_of_cases(answer);
    kept_.emplace(lab_columns(), settings_);
    std::vector<Row> rows;
    for (std::size_t l = 0; l < labs.size(); ++l) {
      for (std::size_t c = 0; c < answer.cases.size(); ++c) {
        const auto label = labs[l].name + " on " + answer.cases[c].label;
        if (l >= answer.cases[c].labs.size()) {
          rows.push_back(
              kept_->nothing(label, answer.cases[c].reason.value_or("no rent is known")));
          continue;
        }
        const auto& range = answer.ranges[c];
        rows.push_back(
            row_of(label, answer.cases[c].labs[l], range.labs_low[l], range.labs_high[l]));
      }
    }
    return rows;
  }

  void read(const Changed& asked, base::Reading& reading) const override {
    static_cast<void>(
        cost::read_question(as_kind(asked.document, "study"), asked.catalog, reading));
    reading.throw_if_any();
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

 private:
  // In the currency of the first.
  std::vector<Row> rows_of_cases(const cost::Answer& answer) {
    const auto& money = answer.cases.front().currency;
    const auto columns = case_columns(money);
    kept_.emplace(columns, settings_);
    std::vector<Row> rows;
    for (std::size_t c = 0; c < answer.cases.size(); ++c) {
      const auto& one = answer.cases[c];
      const auto& rates = answer.question.cases[c].site.rates;
      const auto values = [&](const cost::Figures& times) {
        std::vector<double> all;
        for (std::size_t f = 0; f < columns.size(); ++f) {
          const bool is_money = columns[f].unit == money && one.currency != money;
          const double value = one.figures[f] * times[f];
          all.push_back(is_money ? rates.convert({value, one.currency}, money).amount : value);
        }
        return kept_->of(all);
      };
      cost::Figures plain;
      plain.fill(1);
      auto row = kept_->nothing(one.label + ", " + one.site, one.reason.value_or(""));
      row.values = values(plain);
      row.low = values(answer.ranges[c].low);
      row.high = values(answer.ranges[c].high);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  [[nodiscard]] Row row_of(const std::string& label, const cost::LabLine& line,
                           const cost::LabFigures& low, const cost::LabFigures& high) const {
    const double spend = line.fees / line.revenue;
    const auto values = [&](double rented, double own, double even) {
      return std::vector<double>{spend, line.packages * rented, line.own / line.fees * own,
                                 line.own / line.revenue * own, line.break_even * even};
    };
    Row row;
    row.label = label;
    row.values = kept_->of(values(1, 1, 1));
    row.low = kept_->of(values(low[0], low[1], low[2]));
    row.high = kept_->of(values(high[0], high[1], high[2]));
    return row;
  }

  Settings settings_;
  std::optional<KeptColumns> kept_;
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
