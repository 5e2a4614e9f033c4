// What comes out of a wafer of a chip: the question of `weft yield`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "kept_columns.h"
#include "weft/yield/yield.h"

namespace weft::ask {

namespace {

// `cost` is in the currency of the chip's prices.
std::vector<Column> yield_columns(const base::Currency& money) {
  return {
      {"good_packages_per_wafer", "", "good after assembly and burn-in", true},
      {"defect_density", "/m2", "that yields follow from", false},
      {"perfect_yield", "", "dies without a defect, of those printed", true},
      {"sold_yield", "", "dies good enough for any bin; of a bin: for it", true},
      {"package_yield", "", "good after assembly and burn-in, of those begun", true},
      {"passed_burn_in", "", "of packages that burn-in begins with", true},
      {"bin_share", "", "of a bin: of good packages of this chip", true},
      {"p_latent", "", "good packages that have a weak die", false},
      {"early_failures", "", "in the first 30 days of use, of 10,000 good packages", false},
      {"cost", money, "of a good package", false},
  };
}

yield::Question read_question(const Changed& asked, base::Reading& reading) {
  base::Fields fields(asked.document.root(), reading, asked.document.file().stem().string());
  fields.text("kind");
  yield::Question question;
  question.chip = fields.text("chip");
  auto& changes = question.changes;
  const std::array<std::pair<const char*, std::string*>, 6> kKeys = {
      {{"die_yield", &changes.die_yield},
       {"scope", &changes.scope},
       {"counts", &changes.counts},
       {"defect_density", &changes.density},
       {"law", &changes.law},
       {"clustering", &changes.clustering}}};
  for (const auto& [key, value] : kKeys) *value = fields.text(key, "");
  if (!changes.die_yield.empty() && !changes.density.empty()) {
    reading.error(*fields.value("die_yield"),
                  "'die_yield' and 'defect_density' follow from each other: give one of them");
  }
  fields.finish();
  reading.throw_if_any();
  return question;
}

base::Currency currency_of(const yield::Made& made) {
  return made.bins.cost ? base::Currency(made.bins.cost->currency) : base::Currency();
}

// Rows are the chip, and its bins: of the whole, what is of a bin alone is not known, and of a bin
// what is of the whole.
class YieldAsker : public Asker {
 public:
  explicit YieldAsker(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return kept_->columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam&) override {
    const auto made = yield::make(read_question(asked, reading), asked.catalog, reading);
    money_ = currency_of(made);
    kept_.emplace(yield_columns(money_), settings_);
    rows_ = rows_of(made);
    return rows_;
  }

  void read(const Changed& asked, base::Reading& reading) const override {
    static_cast<void>(yield::make(read_question(asked, reading), asked.catalog, reading));
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

  // The rows of begin(): of bins that are not there any more nothing is known.
  [[nodiscard]] std::vector<Row> again(const Changed& asked, base::Reading& reading) const {
    std::vector<Row> found;
    std::string why_not = "there is no such bin";
    try {
      found = rows_of(yield::make(read_question(asked, reading), asked.catalog, reading));
    } catch (const base::InputError& error) {
      why_not = error.diagnostics().front().message;
    }
    auto rows = rows_;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      rows[r] = r < found.size() ? found[r] : kept_->nothing(rows[r].label, why_not);
    }
    return rows;
  }

 private:
  [[nodiscard]] std::vector<Row> rows_of(const yield::Made& made) const {
    const auto& bins = made.bins;
    const auto at = [&](yield::YieldFigure f) { return made.figures[static_cast<std::size_t>(f)]; };
    const bool has_cost = bins.cost && currency_of(made) == money_;
    std::vector<Row> rows = {kept_->nothing(made.chip.name, "")};
    rows.back().values = kept_->of(
        {at(yield::YieldFigure::kPackages), at(yield::YieldFigure::kDensity),
         at(yield::YieldFigure::kPerfect), at(yield::YieldFigure::kSold), bins.package_yield,
         bins.passed_burn_in, kUnknown, at(yield::YieldFigure::kLatent),
         at(yield::YieldFigure::kFailures), has_cost ? at(yield::YieldFigure::kCost) : kUnknown});
    for (const auto& bin : bins.bins) {
      auto row = kept_->nothing(made.chip.name + ", bin " + bin.name, "");
      row.values = kept_->of({bin.packages, kUnknown, kUnknown, bin.die_share, kUnknown,
                              bin.passed_burn_in, bin.share, bin.p_latent, kUnknown, kUnknown});
      rows.push_back(std::move(row));
    }
    return rows;
  }

  Settings settings_;
  base::Currency money_;
  std::optional<KeptColumns> kept_;
  std::vector<Row> rows_;
};

class YieldTalk : public Talk {
 public:
  explicit YieldTalk(const YieldAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    return asker_.again(asked, reading);
  }

 private:
  const YieldAsker& asker_;
};

std::unique_ptr<Talk> YieldAsker::talk() const { return std::make_unique<YieldTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_yield(const Settings& settings) {
  return std::make_unique<YieldAsker>(settings);
}

}  // namespace weft::ask
