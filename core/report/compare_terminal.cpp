#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "compare_text.h"
#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/compare.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using compare::Figures;
using compare::OnFooting;
using compare::Run;
using compare::Standing;

// Builds that fit beside each other.
constexpr std::size_t kBuildsAcross = 3;

std::string remainder_text(double remainder) {
  return std::abs(remainder) < 5e-5 ? "exactly" : fmt::format("{:+.1f} %", 100 * remainder);
}

std::string less_text(base::Time step, base::Time whole) {
  return fmt::format("{} ({:+.1f} %)", to_text(step), 100 * (step / whole - 1));
}

class CompareWriter {
 public:
  CompareWriter(const compare::Answer& answer, std::size_t first, std::size_t count, Colour colour)
      : answer_(answer),
        on_(answer.footings.front()),
        first_(first),
        count_(count),
        table_(colour) {}

  std::string run() {
    names();
    sizes();
    speed();
    money();
    batches();
    ratios();
    replacements();
    return table_.text();
  }

 private:
  using Cell = std::function<std::string(const Run&, const Figures&)>;

  // Of the first footing.
  void row(const std::string& label, const Cell& cell) {
    std::vector<std::string> cells;
    for (std::size_t b = first_; b < first_ + count_; ++b) {
      const auto* run = answer_.run_of(on_.standings[b]);
      cells.push_back(run != nullptr && run->is_known() ? cell(*run, run->figures) : "-");
    }
    table_.row(label, cells);
  }

  void names() {
    std::vector<std::string> labels;
    for (std::size_t b = first_; b < first_ + count_; ++b) {
      labels.push_back(answer_.run_of(on_.standings[b])->study_case.cluster.label);
    }
    table_.heading("At equal " + std::string(name_of(on_.footing)), labels);
    for (std::size_t b = first_; b < first_ + count_; ++b) {
      if (!on_.standings[b].is_known()) table_.note(on_.standings[b].reason);
    }
    row("chip", [](const Run& r, const Figures&) { return r.study_case.cluster.chip.name; });
    row("software", [](const Run& r, const Figures&) { return r.study_case.software.name; });
    row("format",
        [](const Run& r, const Figures&) { return std::string(name_of(r.job.precision)); });
    row("plan",
        [](const Run& r, const Figures&) { return plan::layout_text(r.result.outcome->plan); });
    row("ZeRO/MBS/recompute", [](const Run& r, const Figures&) {
      const auto& plan = r.result.outcome->plan;
      return fmt::format("ZeRO-{} / {} / {}", plan.zero, plan.micro_batch,
                         plan::recompute_text(plan));
    });
  }

  void sizes() {
    std::vector<std::string> cells;
    for (std::size_t b = first_; b < first_ + count_; ++b) {
      const auto& standing = on_.standings[b];
      const auto* run = answer_.run_of(standing);
      cells.push_back(!standing.is_known()
                          ? "-"
                          : fmt::format("{} ({})",
                                        amount_text(on_.footing, run->figures, currency()),
                                        b == 0 ? "the base" : remainder_text(standing.remainder)));
    }
    table_.row("held equal", cells);
    row("devices", [](const Run&, const Figures& f) {
      return fmt::format("{:g}, {:g} idle", f.devices, f.devices_idle);
    });
    row("packages / dies", [](const Run&, const Figures& f) {
      return fmt::format("{:g} / {:g}", f.packages, f.dies);
    });
    row("peak", [](const Run&, const Figures& f) { return to_text(f.peak); });
  }

  void speed() {
    row("step time", [](const Run&, const Figures& f) { return to_text(f.step); });
    row("MFU", [](const Run&, const Figures& f) { return percent_text(f.mfu); });
    row("tokens/s, stepping", [](const Run&, const Figures& f) {
      return fmt::format("{} ({} a device)", to_text(f.tokens_per_second),
                         to_text(f.tokens_per_second / f.devices));
    });
    row("goodput", [](const Run&, const Figures& f) { return percent_text(f.goodput); });
    row("tokens/s, trained", [](const Run&, const Figures& f) { return to_text(f.rate); });
    row("days to finish",
        [](const Run&, const Figures& f) { return fmt::format("{:.3g} d", f.wall / base::kDay); });
    row("step, links free",
        [](const Run&, const Figures& f) { return less_text(f.free_links, f.step); });
    row("  scale-out alone",
        [](const Run&, const Figures& f) { return less_text(f.free_scale_out, f.step); });
  }

  void money() {
    row("at the meter", [](const Run&, const Figures& f) { return to_text(f.power); });
    row("energy of a token",
        [](const Run&, const Figures& f) { return to_text(f.energy_per_token); });
    row("capital", [&](const Run&, const Figures& f) {
      return f.capital ? to_text(base::Money{*f.capital, currency()}) : "no price known";
    });
    row("own, 1 M tokens", [&](const Run&, const Figures& f) {
      return f.own_million ? to_text(base::Money{*f.own_million, currency()}) : "no price known";
    });
    row("logic wafers", [](const Run&, const Figures& f) {
      return f.wafers ? to_text(*f.wafers) : std::string("not known");
    });
  }

  void batches() {
    row("batch", [](const Run& r, const Figures& f) {
      return fmt::format("{} seq., {} tokens", r.job.global_batch, to_text(f.batch_tokens));
    });
    row("replicas, at most", [](const Run&, const Figures& f) {
      return fmt::format("{:g} of {:g}", f.data_parallel, f.most_replicas);
    });
    if (!answer_.question.critical) return;
    row("tokens over fewest",
        [](const Run&, const Figures& f) { return fmt::format("{:.3g} ×", *f.over_least); });
    if (answer_.question.batch == compare::BatchRule::kSame) return;
    row("tokens over the job", [](const Run&, const Figures& f) {
      return fmt::format("{:+.2f} %", 100 * (f.more_tokens - 1));
    });
  }

  void ratios() {
    table_.heading(
        "Tokens trained a second for as much of … (ratio to the base; devices taken, off equal)");
    for (const auto& one : answer_.footings) {
      std::vector<std::string> cells;
      for (std::size_t b = first_; b < first_ + count_; ++b) cells.push_back(ratio(one, b));
      const bool is_time = one.footing == compare::Footing::kTime;
      table_.row(is_time ? "a device, same time" : footing_text(one.footing), cells);
    }
  }

  [[nodiscard]] std::string ratio(const OnFooting& on, std::size_t build) const {
    const auto& standing = on.standings[build];
    if (!standing.is_known()) return "not known";
    const auto* run = answer_.run_of(standing);
    if (build == 0)
      return fmt::format("1 × ({})", amount_text(on.footing, run->figures, currency()));
    return fmt::format("{:.3g} × ({:g}, {:+.1f} %)", standing.ratio, run->figures.devices,
                       100 * standing.remainder);
  }

  void replacements() {
    const auto& base = answer_.run_of(on_.standings.front())->study_case.cluster.chip;
    table_.heading("To train as fast, in place of one … of " + base.name + ", it takes");
    const auto amount = [&](const std::string& label, double compare::Replacement::*member) {
      std::vector<std::string> cells;
      for (std::size_t b = first_; b < first_ + count_; ++b) {
        const auto& one = answer_.replacements[b];
        const double of_one = one ? (*one).*member : 0.0;
        cells.push_back(!one     ? "not known"
                        : b == 0 ? "1"
                                 : fmt::format("{:.3g} (1 for {:.3g})", of_one, 1 / of_one));
      }
      table_.row(label, cells);
    };
    amount("devices", &compare::Replacement::devices);
    amount("packages", &compare::Replacement::packages);
    amount("dies", &compare::Replacement::dies);
  }

  [[nodiscard]] const base::Currency& currency() const { return answer_.question.currency; }

  const compare::Answer& answer_;
  const OnFooting& on_;
  std::size_t first_;
  std::size_t count_;
  Table table_;
};

std::string compare_title(const compare::Answer& answer) {
  const auto& question = answer.question;
  const auto& job = question.job();
  auto text = fmt::format("{}, {} tokens, sequence {}, batch {} sequences: ", job.model.name,
                          to_text(job.tokens), job.sequence, job.global_batch);
  text += question.precision == compare::PrecisionRule::kSame
              ? fmt::format("all builds in {}", name_of(job.precision))
              : std::string("each build in its fastest format");
  text += question.batch == compare::BatchRule::kSame
              ? ", the same batch"
              : ", larger batches where they shorten the run";
  return wrapped(text, 0) + "\n";
}

std::string compare_waterfalls(const compare::Answer& answer, Colour colour) {
  const auto& on = answer.footings.front();
  const auto label = [&](std::size_t build) {
    return answer.run_of(on.standings[build])->study_case.cluster.label;
  };
  std::string text;
  for (std::size_t b = 1; b < on.standings.size(); ++b) {
    if (!on.standings[b].is_known()) continue;
    auto heading = wrapped(fmt::format("From {} to {}: {} of a token by cause", label(0), label(b),
                                       token_noun(on.footing)),
                           0);
    heading.pop_back();
    text += bold(heading, colour);
    text += waterfall_text(answer, on, b) + "\n";
  }
  return text;
}

}  // namespace

std::string to_terminal(const compare::Answer& answer, Colour colour, const std::string& ranges) {
  auto text = compare_title(answer);
  if (answer.footings.empty()) return text + compare_notes(answer);
  const auto builds = answer.question.builds.size();
  for (std::size_t first = 0; first < builds; first += kBuildsAcross) {
    const auto count = std::min(kBuildsAcross, builds - first);
    text += CompareWriter(answer, first, count, colour).run() + "\n";
  }
  return text + ranges + compare_waterfalls(answer, colour) + compare_notes(answer);
}

}  // namespace weft::report
