#include <memory>
#include <utility>

#include "kept_columns.h"
#include "weft/ask/found.h"

namespace weft::ask {

namespace {

struct SizeFigure {
  Column column;
  double (*of)(const size::Design& design);
};

double known(const std::optional<double>& value) { return value.value_or(kUnknown); }

std::vector<SizeFigure> size_figures(const base::Currency& money) {
  using size::Design;
  return {
      {{"hosts", "", "of the cluster, spares apart", false},
       [](const Design& d) { return static_cast<double>(d.hosts); }},
      {{"spares", "", "hosts beside the cluster", false},
       [](const Design& d) { return static_cast<double>(d.spares.added); }},
      {{"packages", "", "spares in it", false},
       [](const Design& d) { return static_cast<double>(d.all_packages()); }},
      {{"devices_used", "", "by the plan", false},
       [](const Design& d) { return static_cast<double>(d.outcome->devices_used); }},
      {{"racks", "", "spares in it", false},
       [](const Design& d) { return d.racks > 0 ? d.racks : kUnknown; }},
      {{"wall", "s", "wall clock of the whole run", false},
       [](const Design& d) { return d.wall() ? d.wall()->si() : kUnknown; }},
      {{"step_time", "s", "one training step", false},
       [](const Design& d) { return d.outcome->ledger.step.si(); }},
      {{"tokens_per_second", "tokens/s", "whole cluster, while stepping", true},
       [](const Design& d) { return d.outcome->tokens_per_second; }},
      {{"mfu", "", "model FLOPs utilisation", true},
       [](const Design& d) { return d.outcome->mfu; }},
      {{"ettr", "", "effective training time ratio: productive time over wall time", true},
       [](const Design& d) { return d.outcome->goodput.ettr; }},
      {{"mean_power", "W", "at the meter, while training, spares in it", false},
       [](const Design& d) { return d.outcome->bill.mean.total().si(); }},
      {{"peak_power", "W", "at the meter, spares in it", false},
       [](const Design& d) { return d.outcome->bill.peak.total().si(); }},
      {{"energy", "J", "of the run, at the meter", false},
       [](const Design& d) { return d.outcome->bill.energy.si(); }},
      {{"capital", money, "paid once, spares in it", false},
       [](const Design& d) { return d.money.capital ? d.money.capital->total() : kUnknown; }},
      {{"run_cost", money, "of the run: owned, else rented", false},
       [](const Design& d) { return known(d.run_cost()); }},
      {{"targets_met", "", "1: all targets are", true},
       [](const Design& d) { return d.meets_all() ? 1.0 : 0.0; }},
  };
}

std::vector<Column> columns_of(const std::vector<SizeFigure>& figures) {
  std::vector<Column> columns;
  for (const auto& figure : figures) columns.push_back(figure.column);
  return columns;
}

// Money is in the currency of the first design that has any.
base::Currency currency_in(const size::Answer& answer) {
  for (const auto& offer : answer.offers) {
    for (const auto& design : offer.examined) {
      if (!design.money.currency.empty()) return design.money.currency;
    }
  }
  return "USD";
}

// A row for each aim of each offer, found or not.
class SizeAsker : public Asker {
 public:
  SizeAsker(Settings settings, std::shared_ptr<const size::Answer> found)
      : settings_(std::move(settings)), found_(std::move(found)) {
    if (found_) choose();
  }

  [[nodiscard]] const std::vector<Column>& columns() const override { return kept_->columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam& team) override {
    if (found_) {
      // Meets the uncertain inputs.
      static_cast<void>(size::answer_again(*found_, asked.document, asked.catalog, reading));
      return rows_of(*found_);
    }
    found_ =
        std::make_shared<size::Answer>(size::answer(asked.document, asked.catalog, reading, team));
    choose();
    return rows_of(*found_);
  }

  void read(const Changed& asked, base::Reading& reading) const override {
    static_cast<void>(size::read_question(asked.document, reading));
    reading.throw_if_any();
    static_cast<void>(size::units_of(asked.document, asked.catalog));
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

  [[nodiscard]] std::vector<Row> again(const Changed& asked, base::Reading& reading,
                                       const base::ThreadTeam& team) const {
    try {
      return rows_of(settings_.plans == Plans::kKept
                         ? size::answer_again(*found_, asked.document, asked.catalog, reading)
                         : size::answer(asked.document, asked.catalog, reading, team));
    } catch (const base::InputError& error) {
      auto rows = rows_of(*found_);
      for (auto& row : rows) row = kept_->nothing(row.label, error.diagnostics().front().message);
      return rows;
    }
  }

 private:
  void choose() {
    figures_ = size_figures(currency_in(*found_));
    kept_.emplace(columns_of(figures_), settings_);
  }

  [[nodiscard]] std::vector<Row> rows_of(const size::Answer& answer) const {
    std::vector<Row> rows;
    for (const auto& offer : answer.offers) {
      for (const auto aim : answer.question.aims) {
        const auto label = offer.name + ", " + size::name_of(aim);
        const bool is_tokens = aim == size::Aim::kTokens && offer.tokens > 0;
        const auto* design = is_tokens ? &offer.examined.front() : offer.found_for(aim);
        if (design == nullptr) {
          rows.push_back(kept_->nothing(label, "nothing was found within the targets"));
        } else if (!design->outcome) {
          rows.push_back(kept_->nothing(label, design->reason));
        } else {
          rows.push_back(row_of(label, *design));
        }
      }
    }
    return rows;
  }

  [[nodiscard]] Row row_of(const std::string& label, const size::Design& design) const {
    std::vector<double> values;
    for (const auto& figure : figures_) values.push_back(figure.of(design));
    Row row;
    row.label = label;
    row.values = kept_->of(values);
    row.plan = plan::to_text(design.outcome->plan);
    return row;
  }

  Settings settings_;
  std::vector<SizeFigure> figures_;
  std::optional<KeptColumns> kept_;
  std::shared_ptr<const size::Answer> found_;
};

class SizeTalk : public Talk {
 public:
  explicit SizeTalk(const SizeAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    return asker_.again(asked, reading, team_);
  }

 private:
  const SizeAsker& asker_;
  base::ThreadTeam team_{1};
};

std::unique_ptr<Talk> SizeAsker::talk() const { return std::make_unique<SizeTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_size(const Settings& settings,
                                 std::shared_ptr<const size::Answer> found) {
  return std::make_unique<SizeAsker>(settings, std::move(found));
}

std::unique_ptr<Asker> make_size(const Settings& settings) { return make_size(settings, nullptr); }

}  // namespace weft::ask
