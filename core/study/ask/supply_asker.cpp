#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "kept_columns.h"
#include "weft/supply_study/answer.h"

namespace weft::ask {

namespace {

using supply_study::Range;

// As supply_study::Metric counts them, behind the first two.
const std::vector<Column>& supply_columns() {
  static const std::vector<Column> kColumns = {
      {"packages", "", "good ones made in the year", true},
      {"dies", "", "in good packages of the year", true},
      {"peak_share", "", "dense peak of the year's chips over that of the other maker's", true},
      {"token_share", "", "the same in trained tokens", true},
      {"chips_share", "", "packages over those of the other maker", true},
      {"memory_ratio", "", "memory of the other maker's packages over that of these", false},
  };
  return kColumns;
}

// Rows are years, and for those in which the other maker's counts may mean dies, these again. The
// question draws its own inputs: ranges are rows' own.
class SupplyAsker : public Asker {
 public:
  explicit SupplyAsker(const Settings& settings) : kept_(supply_columns(), settings) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return kept_.columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading&,
                         const base::ThreadTeam& team) override {
    base::Reading reading;  // of its own: none of its inputs is drawn from outside
    const auto document = as_kind(asked.document, "study");
    const auto study = study::read_study(document, asked.catalog, reading);
    const auto question = supply_study::read_question(document, asked.catalog, reading);
    reading.throw_if_any();
    return rows_of(supply_study::answer(question, study, team));
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

 private:
  [[nodiscard]] std::vector<Row> rows_of(const supply_study::Answer& answer) const {
    std::vector<Row> rows;
    for (const auto& year : answer.years) {
      const auto* foreign = foreign_of(answer, year.year);
      rows.push_back(row_of(fmt::format("{}", year.year), year, foreign, 0));
      if (foreign && foreign->packages[1]) {
        rows.push_back(row_of(fmt::format("{}, the other's counts read as dies", year.year), year,
                              foreign, 1));
      }
    }
    return rows;
  }

  static const supply_study::ForeignYear* foreign_of(const supply_study::Answer& answer, int year) {
    for (const auto& one : answer.foreign) {
      if (one.year == year) return &one;
    }
    return nullptr;
  }

  [[nodiscard]] Row row_of(const std::string& label, const supply_study::YearAnswer& year,
                           const supply_study::ForeignYear* foreign, std::size_t counting) const {
    std::vector<std::optional<Range>> ranges = {year.packages, year.dies};
    for (std::size_t m = 0; m < supply_study::kMetrics; ++m) {
      ranges.push_back(foreign ? foreign->metrics[m][counting] : std::nullopt);
    }
    std::vector<double> base, low, high, least, most;
    for (const auto& range : ranges) {
      base.push_back(range ? range->base : kUnknown);
      low.push_back(range ? range->p5 : kUnknown);
      high.push_back(range ? range->p95 : kUnknown);
      least.push_back(range ? std::min(range->few_case, range->many_case) : kUnknown);
      most.push_back(range ? std::max(range->few_case, range->many_case) : kUnknown);
    }
    Row row;
    row.label = label;
    row.values = kept_.of(base);
    row.low = kept_.of(low);
    row.high = kept_.of(high);
    row.least = kept_.of(least);
    row.most = kept_.of(most);
    return row;
  }

  KeptColumns kept_;
};

class SupplyTalk : public Talk {
 public:
  explicit SupplyTalk(const SupplyAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    auto again = asker_;
    return again.begin(asked, reading, team_);
  }

 private:
  const SupplyAsker& asker_;
  base::ThreadTeam team_{1};
};

std::unique_ptr<Talk> SupplyAsker::talk() const { return std::make_unique<SupplyTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_supply(const Settings& settings) {
  return std::make_unique<SupplyAsker>(settings);
}

}  // namespace weft::ask
