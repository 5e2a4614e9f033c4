#include <memory>
#include <utility>

#include "kept_columns.h"
#include "weft/compare/answer.h"

namespace weft::ask {

namespace {

const std::vector<Column>& compare_columns() {
  static const std::vector<Column> kColumns = {
      {"ratio", "", "tokens a second of a unit of the footing, over the first build's", true},
      {"devices_for_one", "", "that stand for one device of the first build, at equal time", false},
      {"packages_for_one", "", "the same in packages", false},
      {"dies_for_one", "", "the same in dies", false},
      {"devices", "", "taken, used or not", false},
      {"mfu", "", "model FLOPs utilisation", true},
      {"free_links_gain", "",
       "more tokens a second, were all links free: the most that better "
       "links can give",
       true},
      {"free_scale_out_gain", "", "the same for links between scale-up domains alone", true},
  };
  return kColumns;
}

std::vector<double> compare_values(const compare::Answer& answer, const compare::Standing& standing,
                                   std::size_t build) {
  std::vector<double> values(compare_columns().size(), kUnknown);
  values[0] = standing.is_known() ? standing.ratio : kUnknown;
  if (const auto& one = answer.replacements[build]) {
    values[1] = one->devices;
    values[2] = one->packages;
    values[3] = one->dies;
  }
  const auto* run = answer.run_of(standing);
  if (!run || !run->is_known()) return values;
  const auto& figures = run->figures;
  values[4] = figures.devices;
  values[5] = figures.mfu;
  values[6] = figures.step / figures.free_links - 1;
  values[7] = figures.step / figures.free_scale_out - 1;
  return values;
}

// Rows are builds on each footing.
class CompareAsker : public Asker {
 public:
  CompareAsker(const Settings& settings, std::shared_ptr<const compare::Answer> found)
      : kept_(compare_columns(), settings), found_(std::move(found)) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return kept_.columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam& team) override {
    if (found_) {
      // Meets the uncertain inputs.
      static_cast<void>(compare::answer_again(*found_, asked.document, asked.catalog, reading));
    } else {
      found_ = std::make_shared<compare::Answer>(
          compare::answer(asked.document, asked.catalog, reading, team));
    }
    return rows_of(*found_);
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

  [[nodiscard]] std::vector<Row> again(const Changed& asked, base::Reading& reading) const {
    try {
      return rows_of(compare::answer_again(*found_, asked.document, asked.catalog, reading));
    } catch (const base::InputError& error) {
      std::vector<Row> rows;
      for (const auto& row : rows_of(*found_)) {
        rows.push_back(kept_.nothing(row.label, error.diagnostics().front().message));
      }
      return rows;
    }
  }

 private:
  [[nodiscard]] std::vector<Row> rows_of(const compare::Answer& answer) const {
    std::vector<Row> rows;
    for (const auto& on : answer.footings) {
      for (std::size_t b = 0; b < on.standings.size(); ++b) {
        const auto& standing = on.standings[b];
        const auto& name = answer.question.stated.cases[b].cluster.name;
        auto row = kept_.nothing(name + ", equal " + compare::name_of(on.footing), standing.reason);
        row.values = kept_.of(compare_values(answer, standing, b));
        const auto* run = answer.run_of(standing);
        if (run && run->is_known()) row.plan = plan::to_text(run->result.outcome->plan);
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }

  KeptColumns kept_;
  std::shared_ptr<const compare::Answer> found_;
};

class CompareTalk : public Talk {
 public:
  explicit CompareTalk(const CompareAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    return asker_.again(asked, reading);
  }

 private:
  const CompareAsker& asker_;
};

std::unique_ptr<Talk> CompareAsker::talk() const { return std::make_unique<CompareTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_compare(const Settings& settings,
                                    std::shared_ptr<const compare::Answer> found) {
  return std::make_unique<CompareAsker>(settings, std::move(found));
}

std::unique_ptr<Asker> make_compare(const Settings& settings) {
  return make_compare(settings, nullptr);
}

}  // namespace weft::ask
