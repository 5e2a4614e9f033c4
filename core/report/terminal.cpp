#include "weft/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>

#include "effect_text.h"
#include "run_table.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using step::Part;
using study::CaseResult;
using study::Figure;
using study::Outcome;

// Cases that fit beside each other in 100 columns.
constexpr std::size_t kAcross = 3;
// Uncertain inputs listed per case.
constexpr std::size_t kEffects = 3;

// The largest part of a step that is not work on the model.
Part largest_loss(const step::Ledger& ledger) {
  Part largest = Part::kRecompute;
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    const auto part = static_cast<Part>(p);
    const bool is_work = part == Part::kForward || part == Part::kBackward || part == Part::kHead;
    if (!is_work && ledger.part(part) > ledger.part(largest)) largest = part;
  }
  return largest;
}

}  // namespace

std::string RunTable::text() {
  headline();
  const bool any = std::any_of(columns_.begin(), columns_.end(),
                               [](const RunColumn& c) { return c.result->outcome.has_value(); });
  if (!any) return table_.text();
  for (const auto section : study_.sections) add_section(section);
  limits();
  uncertain();
  return table_.text();
}

void RunTable::add_section(study::Section section) {
  switch (section) {
    case study::Section::kStep:
      step();
      break;
    case study::Section::kMemory:
      memory();
      break;
    case study::Section::kPower:
      power();
      break;
    case study::Section::kFailures:
      failures();
      break;
    case study::Section::kCost:
      cost();
      break;
    case study::Section::kPer:
      per();
      break;
  }
}

void RunTable::row(const std::string& label, const Cell& cell) {
  std::vector<std::string> cells;
  for (const auto& column : columns_) {
    cells.push_back(column.result->outcome ? cell(column, *column.result->outcome) : "-");
  }
  table_.row(label, cells);
}

// "13.2 s (12.4-14.9)": the plain value and the interval that uncertain inputs give it.
std::string RunTable::with_interval(const RunColumn& column, Figure figure,
                                    const std::string& plain,
                                    const std::function<std::string(double)>& scaled) {
  const auto f = static_cast<std::size_t>(figure);
  const double low = column.sensitivity->low[f];
  const double high = column.sensitivity->high[f];
  if (high - low < 1e-3) return plain;
  auto from = scaled(low);
  const auto to = scaled(high);
  // The unit once, when both ends share it.
  const auto unit_from = from.find_last_of(' ');
  const auto unit_to = to.find_last_of(' ');
  if (unit_from != std::string::npos && unit_to != std::string::npos &&
      from.substr(unit_from) == to.substr(unit_to)) {
    from = from.substr(0, unit_from);
  }
  return fmt::format("{} ({}–{})", plain, from, to);
}

void RunTable::limits() {
  table_.heading("What limits it");
  row("most beside kernels", [](const RunColumn&, const Outcome& o) {
    const auto part = largest_loss(o.ledger);
    return fmt::format("{} {}", step::name_of(part),
                       percent_text(o.ledger.part(part) / o.ledger.step, 2));
  });
  row("plans", [](const RunColumn& c, const Outcome&) {
    const auto& search = c.result->search;
    return fmt::format("{} legal of {}", search.count.legal, search.count.considered);
  });
}

// Each input with the figure that it moves most.
void RunTable::uncertain() {
  table_.heading(
      "What is uncertain (one input at a time; ranges in brackets add these in quadrature)");
  for (std::size_t i = 0; i < kEffects; ++i) {
    row(fmt::format("{}.", i + 1), [i](const RunColumn& c, const Outcome&) {
      const auto& effects = c.sensitivity->effects;
      return i < effects.size() ? effect_text(effects[i]) : std::string("-");
    });
  }
  if (columns_.front().nearest != nullptr) {
    table_.note(
        "Step, 90 % sure: from errors of the model on published runs of the same kind, which "
        "hold "
        "what inputs do and more; the range of a prediction. Were off by: those of them that are "
        "nearest.");
  }
  table_.note(
      fmt::format("MFU: {}, over the dense matrix peak of {} and the devices in use. Power and "
                  "cost: the whole "
                  "cluster, idle devices too.",
                  workload::name_of(workload::FlopConvention::kCausalAttention),
                  chips::name_of(study_.job.precision)));
}
std::string to_terminal(const study::Study& study, const std::vector<CaseResult>& results,
                        const std::vector<study::Sensitivity>& sensitivities, Colour colour,
                        const std::vector<validation::NearestPublished>& nearest) {
  const auto& job = study.job;
  std::string text = fmt::format("{}, {} tokens, sequence {}, batch {} sequences, {}\n\n",
                                 job.model.name, to_text(job.tokens), job.sequence,
                                 job.global_batch, chips::name_of(job.precision));
  const auto column = [&](std::size_t i) {
    return RunColumn{&study.cases[i], &results[i], &sensitivities[i],
                     nearest.empty() ? nullptr : &nearest[i]};
  };
  std::optional<RunColumn> reference;
  for (std::size_t i = results.size(); i-- > 0;) {
    if (results[i].outcome) reference = column(i);
  }
  for (std::size_t begin = 0; begin < results.size(); begin += kAcross) {
    std::vector<RunColumn> columns;
    for (std::size_t i = begin; i < std::min(begin + kAcross, results.size()); ++i) {
      columns.push_back(column(i));
    }
    if (begin > 0) text += "\n";
    text += RunTable(study, std::move(columns), reference, colour).text();
  }
  return text;
}

}  // namespace weft::report
