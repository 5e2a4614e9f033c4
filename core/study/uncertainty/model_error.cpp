#include "weft/uncertainty/model_error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "weft/compare/question.h"
#include "weft/scaling/question.h"
#include "weft/size/answer.h"
#include "weft/study/run.h"
#include "weft/validation/intervals.h"

namespace weft::uncertainty {

namespace {

// The 95 % quantile of the standard normal distribution.
constexpr double kNormalOneSided95 = 1.644853626951473;

struct Power {
  const char* figure;
  StepPower power;
};
// Figures of the kinds of ask::Question. Power and what happens in an hour do not hang on how many
// steps an hour has; the share of time that failures take is as good as the same.
constexpr std::array kPowers = std::to_array<Power>({
    {"step_time", {1, false}},
    {"tokens_per_second", {-1, false}},
    {"tokens_per_device_second", {-1, false}},
    {"tokens_per_package_second", {-1, false}},
    {"achieved", {-1, false}},
    {"mfu", {-1, false}},
    {"devices_used", {}},
    {"devices", {}},
    {"tensor", {}},
    {"pipeline", {}},
    {"context", {}},
    {"data", {}},
    {"expert", {}},
    {"exposed_communication", {}},
    {"bubble", {}},
    {"stragglers", {}},
    {"memory", {}},
    {"packages", {}},
    {"dies", {}},
    {"mean_power", {}},
    {"peak_power", {}},
    {"peak", {}},
    {"peak_per_watt", {}},
    {"energy_per_token", {1, false}},
    {"energy", {1, false}},
    {"carbon", {1, false}},
    {"interruptions_per_week", {}},
    {"mean_time_between", {}},
    {"ettr", {}},
    {"trained_tokens_per_second", {-1, false}},
    {"wall", {1, false}},
    // Of weeks, which are played by the wall clock.
    {"goodput", {}},
    {"hosts_out", {}},
    {"waiting", {}},
    // Of power over time: the same work in more time is drawn at the same power.
    {"p5_power", {}},
    {"p95_power", {}},
    {"trough_power", {}},
    {"swing", {}},
    {"ramp", {}},
    {"smooth_peak_power", {}},
    {"smooth_swing", {}},
    {"host_power", {}},
    {"host_p95_power", {}},
    {"host_peak_power", {}},
    {"carbon_per_token", {1, false}},
    {"lost_energy", {}},
    // Of sizes, which are kept.
    {"hosts", {}},
    {"spares", {}},
    {"run_cost", {1, false}},
    {"racks", {}},
    {"wafers", {}},
    {"packages_per_wafer", {}},
    {"capital", {}},
    {"own_per_million_tokens", {1, false}},
    {"own_cost", {1, false}},
    // Of scaling: the points share the stack and its error.
    {"linearity", {}},
    // Of comparisons.
    {"ratio", {-1, true}},
    {"devices_for_one", {1, true}},
    {"packages_for_one", {1, true}},
    {"dies_for_one", {1, true}},
    {"free_links_gain", {}},
    {"free_scale_out_gain", {}},
});

std::string joined(const std::vector<std::string>& stacks) {
  std::string text;
  for (const auto& stack : stacks) text += (text.empty() ? "" : " + ") + stack;
  return text;
}

base::Document as_study(const base::Document& document) {
  const auto study = base::Document::parse("kind: study\n", "study");
  return base::with_value(document, "kind", *study.root().find("kind"));
}

// Errors of rows, in the order of the question's.
class Rows {
 public:
  Rows(const ask::Question& question, const validation::IntervalModel& intervals)
      : question_(question), intervals_(intervals), errors_(question.base().size()) {}

  // Whether it is known how many rows the document stands for.
  bool add(const base::Document& document);
  [[nodiscard]] const std::vector<std::optional<ModelError>>& errors() const { return errors_; }

 private:
  void add(const workload::Job& job, const study::Case& one) {
    if (next_ >= errors_.size()) return;
    errors_[next_] = error_of(job, one, devices_of(one));
    ++next_;
  }
  void add_study(const base::Document& document);
  void add_scaling(const base::Document& document);
  void add_comparison(const base::Document& document);
  void add_sizes(const base::Document& document);
  void add_weeks(const base::Document& document);
  bool add_several(const base::Document& document);
  [[nodiscard]] std::int64_t devices_of(const study::Case& one) const;
  [[nodiscard]] std::optional<ModelError> error_of(const workload::Job& job, const study::Case& one,
                                                   std::int64_t devices) const;

  const ask::Question& question_;
  const validation::IntervalModel& intervals_;
  std::size_t next_ = 0;
  std::vector<std::optional<ModelError>> errors_;
};

// In use, where the question says so; else all.
std::int64_t Rows::devices_of(const study::Case& one) const {
  const auto& columns = question_.columns();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].name != "devices_used") continue;
    const double used = question_.base()[next_].values[c];
    if (std::isfinite(used) && used >= 1) return std::llround(used);
  }
  return one.cluster.all_devices();
}

std::optional<ModelError> Rows::error_of(const workload::Job& job, const study::Case& one,
                                         std::int64_t devices) const {
  std::optional<ModelError> widest;
  std::vector<std::string> stacks;
  for (int p = 0; p < one.cluster.parts(); ++p) {
    const auto& software = one.software.of_part(p);
    if (std::find(stacks.begin(), stacks.end(), software.id) == stacks.end()) {
      stacks.push_back(software.id);
    }
    const auto found = intervals_.interval(
        {validation::vendor_name(one.cluster.part(p).chip.vendor), job.model.moe ? "moe" : "dense",
         software.id, chips::name_of(job.precision), devices, 0});
    if (!found || (widest && found->half_width <= widest->half_width)) continue;
    widest =
        ModelError{"", found->half_width, found->runs, found->of, found->is_stack_known, "", 0};
  }
  if (widest) widest->stack = joined(stacks);
  return widest;
}

void Rows::add_study(const base::Document& document) {
  base::Reading reading;
  const auto study = study::read_study(as_study(document), question_.catalog(), reading);
  reading.throw_if_any();
  for (const auto& one : study.cases) add(study.job, one);
}

void Rows::add_scaling(const base::Document& document) {
  base::Reading reading;
  const auto asked = scaling::read_question(document, question_.catalog(), reading);
  reading.throw_if_any();
  for (const auto& point : asked.points) add(point.study.job, point.study.cases.front());
}

// Builds on one footing after the other, as far as rows are of this question.
void Rows::add_comparison(const base::Document& document) {
  base::Reading reading;
  const auto asked = compare::read_question(document, question_.catalog(), reading);
  reading.throw_if_any();
  const auto& cases = asked.stated.cases;
  const auto& rows = question_.base();
  std::size_t first = next_;
  const auto is_own = [&] { return next_ < rows.size() && rows[next_].part == rows[first].part; };
  for (std::size_t build = 0; is_own(); build = (build + 1) % cases.size()) {
    if (build == 0) first = next_;
    const auto at = next_;
    add(asked.job(), cases[build]);
    if (!errors_[first]) continue;
    if (!errors_[at]) errors_[at] = ModelError();  // a ratio has the other build's still
    errors_[at]->base_stack = errors_[first]->stack;
    errors_[at]->base_half_width = errors_[first]->half_width;
  }
}

// All aims of one offer after the other.
void Rows::add_sizes(const base::Document& document) {
  base::Reading reading;
  const auto aims = size::read_question(document, reading).aims;
  reading.throw_if_any();
  for (const auto& unit : size::units_of(document, question_.catalog())) {
    for (std::size_t a = 0; a < aims.size(); ++a) add(unit.job, unit.cases.front());
  }
}

void Rows::add_weeks(const base::Document& document) {
  base::Reading reading;
  const auto study = study::read_study(as_study(document), question_.catalog(), reading);
  reading.throw_if_any();
  for (const auto& one : study.cases) {
    for (std::size_t v = 0; v < one.campaign.variants.size(); ++v) add(study.job, one);
  }
}

bool Rows::add_several(const base::Document& document) {
  const auto parts = document.root().find("of");
  for (std::size_t i = 0; parts && i < parts->size(); ++i) {
    if (!add(base::subtree(parts->item(i)))) return false;
  }
  return true;
}

bool Rows::add(const base::Document& document) {
  const auto kind = ask::kind_of(document);
  if (kind == "several") return add_several(document);
  using Add = void (Rows::*)(const base::Document&);
  const std::array<std::pair<const char*, Add>, 6> kAdders = {{{"study", &Rows::add_study},
                                                               {"power", &Rows::add_study},
                                                               {"scaling", &Rows::add_scaling},
                                                               {"compare", &Rows::add_comparison},
                                                               {"size", &Rows::add_sizes},
                                                               {"weeks", &Rows::add_weeks}}};
  for (const auto& [name, add] : kAdders) {
    if (kind != name) continue;
    (this->*add)(document);
    return true;
  }
  return false;
}

}  // namespace

double ModelError::factor(double normal) const {
  return std::exp(half_width / kNormalOneSided95 * normal);
}

std::vector<std::optional<ModelError>> model_errors(const ask::Question& question) {
  const std::vector<std::optional<ModelError>> none(question.base().size());
  if (!validation::shipped_accuracy(question.catalog())) return none;
  const auto rules = validation::load_rules(question.catalog());
  const auto intervals = validation::shipped_intervals(question.catalog(), rules);
  if (!intervals) return none;
  Rows rows(question, *intervals);
  rows.add(question.document());
  return rows.errors();
}

std::optional<StepPower> step_power(const std::string& figure) {
  for (const auto& power : kPowers) {
    if (figure == power.figure) return power.power;
  }
  return std::nullopt;
}

void multiply(const Factors& factors, const std::vector<ask::Column>& columns, ask::Row& row) {
  for (std::size_t c = 0; c < columns.size() && c < row.values.size(); ++c) {
    const auto power = step_power(columns[c].name).value_or(StepPower());
    const double factor = power.is_ratio ? factors.ratio : factors.own;
    if (power.power > 0) row.values[c] *= factor;
    if (power.power < 0) row.values[c] /= factor;
  }
}

void multiply(double factor, const std::vector<ask::Column>& columns, ask::Row& row) {
  multiply({factor, factor}, columns, row);
}

}  // namespace weft::uncertainty
