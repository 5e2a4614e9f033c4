// Where inputs come from, and how far weft was off.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

// Longer texts are cut in the table of all inputs.
constexpr std::size_t kLongValue = 60;
constexpr std::size_t kLongSource = 120;
// Rows beyond which the table of all inputs leaves the sound ones of a document out.
constexpr std::size_t kMostRows = 2500;

// Kinds in the order in which a reader looks for them.
std::size_t order_of(const std::string& kind) {
  constexpr std::array<const char*, 8> kOrder{"chip",  "link", "cluster",  "software",
                                              "model", "site", "campaign", "prices"};
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    if (kind == kOrder[i]) return i;
  }
  return kOrder.size();
}

Json confidence_cell(const base::Fact& fact) {
  if (fact.disputed) return marked("disputed", "bad", fact.confidence);
  if (fact.confidence == "assumed") return marked("assumed", "doubt");
  if (fact.confidence == "primary") return marked("primary", "good");
  return fact.confidence;
}

void add_row(Table& table, const details::Source& source, const base::Fact& fact) {
  table.row({source.kind + " " + source.name, fact.path, cut(fact.value, kLongValue),
             confidence_cell(fact), cut(fact.source, kLongSource)});
}

Sources in_order(Sources sources) {
  std::stable_sort(sources.begin(), sources.end(), [](const auto& a, const auto& b) {
    return order_of(a.kind) < order_of(b.kind);
  });
  return sources;
}

Json all_rows(const Sources& sources) {
  Table table({"document", "value of", "value", "confidence", "source"}, 5);
  std::size_t rows = 0;
  for (const auto& source : sources) {
    for (const auto& fact : source.facts) {
      if (rows++ < kMostRows) add_row(table, source, fact);
    }
  }
  return table.data();
}

}  // namespace

void add_sources(html::Page& page, const Sources& unordered) {
  const auto sources = in_order(unordered);
  const auto evidence = details::evidence_of(sources);
  if (evidence.facts == 0) return;
  Table doubts({"document", "value of", "value", "confidence", "source"}, 5);
  for (const auto& source : sources) {
    for (const auto& fact : source.facts) {
      if (fact.disputed || fact.confidence == "assumed") add_row(doubts, source, fact);
    }
  }
  if (!doubts.empty()) {
    page.sections.push_back(
        {"assumed", "What is assumed or disputed",
         fmt::format("{} of the {} values behind this answer are assumed, {} are disputed between "
                     "sources. Look here first when a figure seems wrong.",
                     evidence.assumed, evidence.facts, evidence.disputed),
         "table", doubts.data()});
  }
  page.sections.push_back(
      {"inputs", "All inputs, with where they come from",
       fmt::format("{} values from {} documents; {} of them name a source.{}", evidence.facts,
                   sources.size(), evidence.sourced,
                   evidence.facts > kMostRows ? fmt::format(" The first {} are shown.", kMostRows)
                                              : std::string()),
       "table", all_rows(sources)});
}

namespace {

Json error_cell(double log_error) {
  const double error = std::exp(log_error) - 1;
  const auto text = fmt::format("{:+.1f} %", 100 * error);
  const double size = std::abs(error);
  return marked(text, size < 0.1 ? "good" : size < 0.25 ? "doubt" : "bad");
}

std::string summary_of(const NearCase& one) {
  const auto& nearest = *one.nearest;
  std::string says;
  if (nearest.runs) {
    const auto& runs = *nearest.runs;
    says = fmt::format(
        "{}: on the {} published runs that are nearest (the same {}; no number was fitted to "
        "{} of them) the predicted speed was off by {} in the median, 90 % within {}.",
        one.label, runs.runs, validation::name_of(runs.nearness), runs.test,
        base::percent_text(runs.median_abs_error), base::percent_text(runs.p90_abs_error));
  } else {
    says = fmt::format("{}: {}.", one.label, nearest.reason);
  }
  if (nearest.interval) {
    const double factor = std::exp(nearest.interval->half_width);
    says += fmt::format(" The step is {} to {}, 90 % sure{}.",
                        base::to_text(base::Time(one.step / factor)),
                        base::to_text(base::Time(one.step * factor)),
                        nearest.interval->is_stack_known ? "" : ", of a stack not seen before");
  }
  return says;
}

}  // namespace

void add_accuracy(html::Page& page, const std::vector<NearCase>& cases) {
  Table table({"for", "published run", "chip", "devices", "parameters", "fitted to it",
               "predicted speed over published"},
              3);
  std::string says;
  for (const auto& one : cases) {
    says += (says.empty() ? "" : " ") + summary_of(one);
    if (!one.nearest->runs) continue;
    for (const auto& row : one.nearest->runs->rows) {
      table.row({one.label, row.id, row.chip, std::to_string(row.devices),
                 fmt::format("{:.3g} B", row.parameters), row.split == "test" ? "no" : "yes",
                 error_cell(*row.speed_log_error)});
    }
  }
  if (cases.empty()) return;
  Section section{"accuracy", "How accurate weft is for this kind of run", says, "table",
                  table.data()};
  if (table.empty()) section = {section.id, section.title, "", "text", text({says})};
  page.sections.push_back(std::move(section));
}

}  // namespace weft::pages
