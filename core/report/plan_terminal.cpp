#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "mixed_parts.h"
#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/plan/write.h"
#include "weft/report/plan.h"

namespace weft::report {

namespace {

using base::to_text;

// Plans beside each other in 100 columns.
constexpr std::size_t kBeside = 3;
// Parts of a step below this share under every plan are left out; changes below it are not named.
constexpr double kSeen = 5e-3;
constexpr std::size_t kChangesNamed = 2;
constexpr std::size_t kFamiliesShown = 3;

// "1,234,567".
std::string counted(std::size_t number) {
  auto text = fmt::format("{}", number);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3) {
    text.insert(static_cast<std::size_t>(i), ",");
  }
  return text;
}

std::string changed_by(double ratio) { return fmt::format("{:+.1f} %", 100 * (ratio - 1)); }

class PlanWriter {
 public:
  PlanWriter(const PlanReport& report, std::size_t at, Colour colour)
      : report_(report),
        case_(report.study.cases[at]),
        answer_(report.answers[at]),
        table_(colour) {}

  std::string run(bool explain) {
    const auto objective = report_.options.objective;
    table_.heading(fmt::format(
        "{}, {} on {}: {}", case_.cluster.label, software_names(case_.software),
        case_.cluster.chip_names(),
        objective == study::Objective::kPareto ? "speed against energy" : name_of(objective)));
    if (answer_.top.empty()) {
      table_.note(answer_.reason);
    } else if (objective == study::Objective::kPareto) {
      front();
    } else {
      winner();
      beside();
      families();
    }
    if (explain) counts();
    return table_.text();
  }

 private:
  [[nodiscard]] const study::Outcome& best() const { return answer_.top.front(); }

  void line(const std::string& label, const std::string& text) {
    table_.text(wrapped(fmt::format("{} {}", fitted(label, kLabel), text), 2));
  }

  [[nodiscard]] base::Energy energy_per_token(const study::Outcome& outcome) const {
    return outcome.bill.mean.total() * outcome.ledger.step / report_.study.job.tokens_per_step();
  }

  void winner() {
    const auto& outcome = best();
    line("best plan", plan::to_text(outcome.plan));
    line("devices", fmt::format("{} used, {} idle", outcome.devices_used, outcome.devices_idle));
    line("as a study takes it", "plan: " + plan::document_text(outcome.plan));
    line("step", fmt::format("{}, {} tokens/s, MFU {}, {} a token at the meter",
                             to_text(outcome.ledger.step), to_text(outcome.tokens_per_second),
                             base::percent_text(outcome.mfu), to_text(energy_per_token(outcome))));
    line("memory",
         fmt::format("{} of {}", to_text(outcome.memory.total()),
                     to_text(case_.cluster.part(outcome.memory.part).device().memory_usable)));
    for (int p = 0; p < case_.cluster.parts() && case_.cluster.is_mixed(); ++p) {
      const auto cells = part_cells(case_, outcome, p);
      line(fmt::format("part {}: {}", p, cells.chip),
           fmt::format("{}, layers {}, {}, waits {}", cells.devices, cells.layers, cells.memory,
                       cells.waits));
    }
    shipped();
    line("published runs", coverage_text(outcome.plan));
  }

  void shipped() {
    const auto& plan = best().plan;
    if (plan::ships(case_.software, plan)) return;
    line("schedule",
         fmt::format("{} does not ship {}", case_.software.name, plan::schedule_text(plan)));
  }

  [[nodiscard]] std::string coverage_text(const plan::Plan& plan) const {
    if (case_.cluster.is_mixed()) return "none has mixed chips";
    const auto region =
        validation::coverage(report_.covered, case_.cluster.chip.id, case_.software.id, plan);
    const auto of = fmt::format("{} {}", region.runs,
                                region.of_stack ? "with this chip and stack" : "on this chip");
    if (region.outside.empty()) return "inside the region of " + of;
    return fmt::format("OUTSIDE the region of {}: {}", of, fmt::join(region.outside, "; "));
  }

  // The step of the best plans by part.
  void beside() {
    const auto shown = std::min(answer_.top.size(), kBeside);
    if (shown > 1) {
      std::vector<std::string> plans, rest;
      for (std::size_t i = 0; i < shown; ++i) {
        const auto& plan = answer_.top[i].plan;
        plans.push_back(plan::layout_text(plan));
        rest.push_back(fmt::format("ZeRO-{} / {} / {}", plan.zero, plan.micro_batch,
                                   plan::recompute_text(plan)));
      }
      table_.heading("Why: the step by part", plans);
      table_.row("ZeRO/MBS/recompute", rest);
      parts(shown);
    }
    for (std::size_t i = 1; i < answer_.top.size(); ++i) {
      const auto& other = answer_.top[i];
      line(fmt::format("{}. {}", i + 1, changed_by(objective_ratio(other))),
           fmt::format("{}: {}", plan::to_text(other.plan), why(other.ledger)));
    }
  }

  [[nodiscard]] double objective_ratio(const study::Outcome& other) const {
    if (report_.options.objective == study::Objective::kEnergy) {
      return energy_per_token(other) / energy_per_token(best());
    }
    return other.ledger.step / best().ledger.step;
  }

  void parts(std::size_t shown) {
    const auto cells = [&](const auto& time_of) {
      std::vector<std::string> texts;
      for (std::size_t i = 0; i < shown; ++i) {
        const auto& ledger = answer_.top[i].ledger;
        const auto longer = time_of(ledger) - time_of(best().ledger);
        auto text = to_text(time_of(ledger));
        if (i > 0 && std::abs(longer / best().ledger.step) >= kSeen / 10) {
          text += fmt::format(" ({}{})", longer.si() > 0 ? "+" : "−",
                              to_text(base::Time(std::abs(longer.si()))));
        }
        texts.push_back(text);
      }
      return texts;
    };
    for (std::size_t p = 0; p < step::kPartCount; ++p) {
      const auto part = static_cast<step::Part>(p);
      const bool seen =
          std::any_of(answer_.top.begin(), answer_.top.end(), [&](const auto& outcome) {
            return outcome.ledger.part(part) / outcome.ledger.step >= kSeen;
          });
      if (!seen) continue;
      table_.row(step::name_of(part), cells([&](const auto& ledger) { return ledger.part(part); }));
    }
    table_.row("step", cells([](const auto& ledger) { return ledger.step; }));
  }

  // "pipeline bubble +0.4 s, tensor parallel +0.1 s".
  [[nodiscard]] std::string why(const step::Ledger& ledger) const {
    std::vector<std::string> texts;
    for (const auto& change : study::changes(best().ledger, ledger)) {
      const bool seen = change.longer / best().ledger.step >= kSeen / 10;
      if (!seen || texts.size() == kChangesNamed) break;
      texts.push_back(fmt::format("{} +{}", step::name_of(change.part), to_text(change.longer)));
    }
    return texts.empty() ? "as long" : fmt::format("{}", fmt::join(texts, ", "));
  }

  // Of each axis those that come nearest to the winner.
  void families() {
    if (answer_.search.families.empty()) return;
    table_.heading("The best of other families, and what takes longer there");
    for (int a = 0; a < study::kFamilyAxisCount; ++a) {
      const auto others = families_of(static_cast<study::FamilyAxis>(a));
      for (std::size_t k = 0; k < std::min(others.size(), kFamiliesShown); ++k) {
        family(others[k]);
      }
    }
  }

  [[nodiscard]] std::vector<std::size_t> families_of(study::FamilyAxis axis) const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < answer_.search.families.size(); ++i) {
      const auto& one = answer_.search.families[i];
      const bool other = study::value_of(axis, best().plan) != one.value;
      if (one.axis == axis && other) places.push_back(i);
    }
    std::stable_sort(places.begin(), places.end(), [&](std::size_t x, std::size_t y) {
      return family_ratio(x) < family_ratio(y);
    });
    return places;
  }

  [[nodiscard]] double family_ratio(std::size_t i) const {
    const auto& found = answer_.search.families[i].best;
    return report_.options.objective == study::Objective::kEnergy
               ? found.energy / answer_.search.found.front().energy
               : found.step / best().ledger.step;
  }

  void family(std::size_t i) {
    const auto& found = answer_.search.families[i];
    const auto name = study::family_text(found.axis, found.best.plan);
    table_.text(
        wrapped(fmt::format("{} {:>8}  {}: {}", fitted(name, kLabel), changed_by(family_ratio(i)),
                            plan::to_text(found.best.plan), why(answer_.families[i])),
                2));
  }

  // Plans that no other beats in both.
  void front() {
    for (std::size_t i = 0; i < answer_.top.size(); ++i) {
      const auto& outcome = answer_.top[i];
      line(fmt::format("{}, {}", to_text(outcome.ledger.step), to_text(energy_per_token(outcome))),
           plan::to_text(outcome.plan));
    }
    shipped();
    line("published runs", "fastest: " + coverage_text(best().plan));
  }

  void counts() {
    const auto& search = answer_.search;
    table_.heading("What became of the candidates");
    line("candidates", counted(search.count.considered));
    for (int p = 0; p < plan::kProblemCount; ++p) {
      const auto refused = search.count.refused[static_cast<std::size_t>(p)];
      if (refused == 0) continue;
      const auto problem = static_cast<plan::Problem>(p);
      auto text = counted(refused);
      if (problem == plan::Problem::kMemory) {
        text += fmt::format(", {} of them by weights, gradients and optimizer alone",
                            counted(search.count.by_state));
      }
      line(fmt::format("refused: {}", plan::name_of(problem)), text);
    }
    line("timed at F1", counted(search.bounded));
    line("above the best",
         fmt::format("{} by their F1", counted(search.bounded - search.replayed)));
    if (search.tightened > 0) line("F1 of their order", counted(search.tightened));
    line("replayed at F2", counted(search.replayed));
  }

  static constexpr std::size_t kLabel = 26;
  const PlanReport& report_;
  const study::Case& case_;
  const study::PlanAnswer& answer_;
  Table table_;
};

}  // namespace

std::string to_terminal(const PlanReport& report, bool explain, Colour colour) {
  std::string text;
  for (std::size_t i = 0; i < report.answers.size(); ++i) {
    text += (i > 0 ? "\n" : "") + PlanWriter(report, i, colour).run(explain);
  }
  return text;
}

}  // namespace weft::report
