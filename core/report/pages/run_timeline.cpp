// One step of each stage, operation by operation.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "run_parts.h"
#include "weft/base/unit_text.h"
#include "weft/step/evaluator.h"

namespace weft::pages {

namespace {

using step::Part;
using step::StageTimeline;

// Sends drawn, at most.
constexpr std::size_t kMostSends = 3000;

// Something that takes a row of a stage for a while.
struct Drawn {
  double begin = 0, end = 0;
  std::string part;
  std::string text;
};

std::string title_of(const plan::Operation& operation) {
  std::string text =
      fmt::format("{} of micro-batch {}", step::name_of(operation.task), operation.micro_batch);
  if (operation.task == plan::Task::kPair) {
    text = fmt::format("forward of micro-batch {} and backward of {}", operation.micro_batch,
                       operation.backward_micro_batch);
  }
  return operation.chunk > 0 ? text + fmt::format(", chunk {}", operation.chunk) : text;
}

// Parts of an operation, the longest first: "backward 12.1 ms, tensor parallel 1.2 ms".
std::string parts_text(const StageTimeline& stage, const step::OperationSpan& one) {
  std::array<double, step::kPartCount> sums{};
  for (std::size_t s = one.first_span; s < one.first_span + one.spans; ++s) {
    sums[static_cast<std::size_t>(stage.spans[s].part)] +=
        stage.spans[s].end - stage.spans[s].begin;
  }
  std::vector<std::size_t> order;
  for (std::size_t p = 0; p < sums.size(); ++p) {
    if (sums[p] > 0) order.push_back(p);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
  std::string text;
  for (const auto p : order) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", step::name_of(static_cast<Part>(p)),
                        base::to_text(base::Time(sums[p])));
  }
  return text;
}

// Operations, and what stands between them.
std::vector<Drawn> compute_of(const StageTimeline& stage) {
  std::vector<Drawn> drawn;
  std::vector<char> inside(stage.spans.size(), 0);
  for (const auto& one : stage.operations) {
    for (std::size_t s = one.first_span; s < one.first_span + one.spans; ++s) inside[s] = 1;
    drawn.push_back({one.begin, one.end, step::name_of(one.operation.task),
                     title_of(one.operation) + ": " + parts_text(stage, one)});
  }
  for (std::size_t s = 0; s < stage.spans.size(); ++s) {
    if (inside[s] != 0) continue;
    const auto& span = stage.spans[s];
    const std::string name = step::name_of(span.part);
    drawn.push_back({span.begin, span.end, name, name});
  }
  std::stable_sort(drawn.begin(), drawn.end(),
                   [](const Drawn& a, const Drawn& b) { return a.begin < b.begin; });
  return drawn;
}

// What runs behind kernels of each operation, one a part: it is drawn as long as it takes in all.
std::vector<Drawn> hidden_of(const StageTimeline& stage) {
  std::vector<Drawn> drawn;
  for (const auto& one : stage.hidden) {
    const std::string name = step::name_of(one.part);
    const bool goes_on = !drawn.empty() && drawn.back().part == name &&
                         one.begin - drawn.back().end < 0.5 * (one.end - one.begin);
    if (goes_on) {
      drawn.back().end = std::max(drawn.back().end, one.end);
    } else {
      drawn.push_back({one.begin, one.end, name, "behind kernels: " + name});
    }
  }
  return drawn;
}

class Writer {
 public:
  explicit Writer(const step::Timeline& timeline) : timeline_(timeline) {}

  Json data(bool& is_cut) {
    std::size_t all = 0;
    for (std::size_t s = 0; s < timeline_.stages.size(); ++s) {
      const auto& stage = timeline_.stages[s];
      rows_.push_back(
          {{"name", fmt::format("stage {}", s)}, {"group", fmt::format("stage {}", s)}});
      drawn_.push_back(compute_of(stage));
      all += drawn_.back().size();
    }
    if (2 * all < kMostSpans) all += add_hidden();
    end_ = timeline_.step.si();
    for (const auto& row : drawn_) {
      for (const auto& one : row) end_ = std::max(end_, one.end);
    }
    from_ = end_;
    is_cut = all > kMostSpans;
    if (is_cut) cut();
    return written();
  }

 private:
  // Rows of their own, behind those of kernels.
  std::size_t add_hidden() {
    std::vector<std::vector<Drawn>> rows;
    Json names = Json::array();
    std::size_t count = 0;
    for (std::size_t s = 0; s < timeline_.stages.size(); ++s) {
      row_of_.push_back(static_cast<int>(rows.size()));
      names.push_back(rows_[s]);
      rows.push_back(std::move(drawn_[s]));
      auto hidden = hidden_of(timeline_.stages[s]);
      if (hidden.empty()) continue;
      names.push_back(
          {{"name", fmt::format("stage {}, behind", s)}, {"group", fmt::format("stage {}", s)}});
      count += hidden.size();
      rows.push_back(std::move(hidden));
    }
    rows_ = names;
    drawn_ = std::move(rows);
    return count;
  }

  [[nodiscard]] std::size_t kept(double edge) const {
    std::size_t count = 0;
    for (const auto& row : drawn_) {
      count += static_cast<std::size_t>(std::count_if(row.begin(), row.end(), [&](const auto& one) {
        return one.begin < edge || one.end > end_ - edge;
      }));
    }
    return count;
  }

  // As much of the begin and of the end of the step as there is room for.
  void cut() {
    double low = 0;
    double high = end_ / 2;
    for (int i = 0; i < 40; ++i) {
      const double middle = (low + high) / 2;
      (kept(middle) + drawn_.size() <= kMostSpans ? low : high) = middle;
    }
    to_ = low;
    from_ = end_ - low;
    for (auto& row : drawn_) summarise(row);
  }
  // One block in place of all that is not shown.
  void summarise(std::vector<Drawn>& row) const {
    Drawn rest{end_, 0, "not drawn one by one", ""};
    std::size_t count = 0;
    for (const auto& one : row) {
      if (is_shown(one.begin, one.end)) continue;
      rest.begin = std::min(rest.begin, one.begin);
      rest.end = std::max(rest.end, one.end);
      ++count;
    }
    if (count == 0) return;
    rest.text = fmt::format("{} operations and waits", count);
    std::erase_if(row, [&](const auto& one) { return !is_shown(one.begin, one.end); });
    const auto after = std::find_if(row.begin(), row.end(),
                                    [&](const auto& one) { return one.begin >= rest.end; });
    row.insert(after, rest);
  }
  [[nodiscard]] bool is_shown(double begin, double end) const {
    return to_ <= 0 || begin < to_ || end > from_;
  }

  [[nodiscard]] std::size_t index(std::map<std::string, std::size_t>& known, Json& list,
                                  const std::string& text) const {
    const auto [found, is_new] = known.try_emplace(text, list.size());
    if (is_new) list.push_back(text);
    return found->second;
  }

  Json written() {
    std::map<std::string, std::size_t> known_parts;
    std::map<std::string, std::size_t> known_texts;
    Json parts = Json::array();
    Json texts = Json::array();
    Json spans = Json::array();
    for (std::size_t r = 0; r < drawn_.size(); ++r) {
      for (const auto& one : drawn_[r]) {
        const auto part = index(known_parts, parts, one.part);
        const auto text = index(known_texts, texts, one.text);
        spans.push_back({r, short_of(one.begin), short_of(one.end), part, text});
      }
    }
    return {{"rows", rows_},  {"parts", parts},   {"spans", spans},
            {"texts", texts}, {"sends", sends()}, {"end_s", end_}};
  }

  // A ten-millionth of the step is enough for a drawing.
  [[nodiscard]] double short_of(double time) const {
    const double unit = std::pow(10.0, 7 - std::floor(std::log10(end_)));
    return std::min(end_, std::round(time * unit) / unit);
  }

  Json sends() {
    Json list = Json::array();
    if (timeline_.sends.size() > kMostSends || to_ > 0) return list;
    const auto row = [&](int stage) { return row_of_.empty() ? stage : row_of_[stage]; };
    for (const auto& send : timeline_.sends) {
      const double end = std::min(send.end, end_);
      list.push_back({row(send.from), short_of(send.begin), row(send.to), short_of(end)});
    }
    return list;
  }

  const step::Timeline& timeline_;
  Json rows_ = Json::array();
  std::vector<std::vector<Drawn>> drawn_;
  std::vector<int> row_of_;  // of a stage, where rows of their own stand between
  double end_ = 0;
  double to_ = 0, from_ = 0;  // s, what is left out; 0: nothing
};

std::string says_of(const RunCase& c, const step::Timeline& timeline, bool is_cut) {
  std::string says = fmt::format(
      "All {} stages of the pipeline over one step of {}; a row is a device of a stage, a block an "
      "operation on a micro-batch. Scroll to zoom along time.",
      timeline.stages.size(), base::to_text(timeline.step));
  if (timeline.stages.size() == 1) {
    says = fmt::format(
        "One device over one step of {}; a block is an operation on a micro-batch. "
        "Scroll to zoom along time.",
        base::to_text(timeline.step));
  }
  if (is_cut) {
    says += fmt::format(
        " The step has {} operations: the first and the last stretch are drawn, "
        "what lies between repeats itself.",
        [&] {
          std::size_t all = 0;
          for (const auto& stage : timeline.stages) all += stage.operations.size();
          return all;
        }());
  }
  if (c.outcome().populated) {
    says += " Devices are drawn alike; what unlike ones cost is in the step above.";
  }
  return says;
}

}  // namespace

Json timeline_data(const step::Timeline& timeline, bool& is_cut) {
  return Writer(timeline).data(is_cut);
}

void add_timelines(html::Page& page, const study::Study& study, const RunCases& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& c = cases[i];
    step::Evaluator evaluator(c.ran.cluster, study.job, c.ran.software);
    const auto timeline = evaluator.timeline(c.outcome().plan);
    bool is_cut = false;
    auto data = timeline_data(timeline, is_cut);
    page.sections.push_back({id_of("timeline", i, cases.size()), "One step, in time: " + c.label,
                             says_of(c, timeline, is_cut), "timeline", std::move(data)});
  }
}

}  // namespace weft::pages
