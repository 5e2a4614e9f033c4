// What packages are worth beside those of others, and what has been published.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "supply_parts.h"
#include "supply_text.h"
#include "table.h"
#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;
using supply_study::Metric;
using supply_study::Range;

std::vector<std::size_t> foreign_cases(const SupplyReport& report) {
  std::vector<std::size_t> cases;
  for (const auto& worth : report.answer.year_worth) cases.push_back(worth.foreign_case);
  return cases;
}

std::string worth_cell(const supply_study::Worth& worth) {
  return fmt::format("{} / {:.3g}", worth.tokens ? fmt::format("{:.3g}", *worth.tokens) : "-",
                     worth.peak);
}

// "5 %", or a ratio.
std::string metric_value(Metric metric, double value) {
  return metric == Metric::kMemoryRatio ? fmt::format("{:.3g} x", value) : percent_text(value);
}

std::string found_text(Metric metric, const std::optional<Range>& range) {
  if (!range) return "-";
  return fmt::format("{} ({} to {})", metric_value(metric, range->base),
                     metric_value(metric, range->p5), metric_value(metric, range->p95));
}

std::string share_rows(const SupplyReport& report, std::size_t counting) {
  std::string text;
  for (const auto& year : report.answer.foreign) {
    if (!year.packages[counting]) continue;
    const auto& packages = *year.packages[counting];
    std::vector<std::string> parts;
    for (std::size_t m = 0; m < supply_study::kMetrics; ++m) {
      const auto metric = static_cast<Metric>(m);
      parts.push_back(
          fmt::format("{} {}", metric_text(metric), found_text(metric, year.metrics[m][counting])));
    }
    text += wrapped(
        fmt::format("{}, {} k packages ({} to {}): {}", year.year, thousands(packages.base),
                    thousands(packages.p5), thousands(packages.p95), fmt::join(parts, "; ")),
        4);
  }
  return text;
}

// Inside one of the readings, between two that do not hold it, or outside.
std::string verdict(const supply_study::ClaimAnswer& answer, std::size_t readings) {
  bool below = false;
  bool above = false;
  for (std::size_t k = 0; k < readings; ++k) {
    if (!answer.found[k]) continue;
    if (answer.holds(static_cast<supply_study::Counting>(k))) {
      return readings == 1 ? "inside" : fmt::format("inside if they count {}", counting_text(k));
    }
    (answer.claim.value < answer.found[k]->p5 ? above : below) = true;
  }
  return above && below ? "between the two" : "outside";
}

std::string claim_rows(const SupplyReport& report) {
  const std::size_t readings = is_one_reading(report) ? 1 : supply_study::kCountings;
  std::string text;
  for (const auto& answer : report.answer.claims) {
    const auto& claim = answer.claim;
    auto line = fmt::format(
        "{} {}: {} claimed{}; ", claim.year, metric_text(claim.metric),
        metric_value(claim.metric, claim.value),
        claim.packages ? fmt::format(" at {} k packages", thousands(*claim.packages)) : "");
    std::vector<std::string> parts;
    for (std::size_t k = 0; k < readings; ++k) {
      if (!answer.found[k]) continue;
      parts.push_back(readings == 1 ? found_text(claim.metric, answer.found[k])
                                    : fmt::format("{} if they count {}",
                                                  found_text(claim.metric, answer.found[k]),
                                                  counting_text(k)));
    }
    line += parts.empty()
                ? std::string("not worked out: the other maker's count of that year is not known")
                : fmt::format("{}: {}", fmt::join(parts, ", "), verdict(answer, readings));
    text += wrapped(fmt::format("{} [{}]", line, claim.source), 4);
  }
  return text;
}

// Products that no cluster of the study has.
std::string untrained(const SupplyReport& report) {
  std::string text;
  const auto& worth = report.answer.worth;
  for (std::size_t p = 0; p < report.question.made.line.products.size(); ++p) {
    const bool is_known = std::any_of(worth.begin(), worth.end(), [p](const auto& entry) {
      return entry.product == p && entry.tokens.has_value();
    });
    if (is_known) continue;
    text += wrapped(fmt::format("{}: no cluster of the study trains on it; it is not among the "
                                "tokens.",
                                product_name(report, p)),
                    2);
  }
  return text;
}

// Where the tokens are from.
std::string trained_section(const SupplyReport& report) {
  const auto& job = report.study.job;
  std::vector<std::string> parts;
  for (std::size_t c = 0; c < report.study.cases.size(); ++c) {
    const auto& outcome = report.answer.runs[c].outcome;
    const auto& label = report.study.cases[c].cluster.label;
    if (!outcome) {
      parts.push_back(fmt::format("{} no plan fits", label));
      continue;
    }
    parts.push_back(
        fmt::format("{} {:.0f} ({})", label, outcome->tokens_per_second / outcome->packages_used,
                    outcome->evidence.is_fitted ? std::string("fitted to published runs")
                                                : "extrapolated: " + outcome->evidence.reason));
  }
  return wrapped(
      fmt::format("Tokens a second and package of {}, sequence {}, {} (F2: replay of the "
                  "schedule, best plan): {}.",
                  job.model.name, job.sequence, chips::name_of(job.precision),
                  fmt::join(parts, "; ")),
      2);
}

}  // namespace

std::string supply_worth_section(const SupplyReport& report, Colour colour) {
  const auto& answer = report.answer;
  const auto cases = foreign_cases(report);
  if (cases.empty()) return "";
  auto text = bold("One package in those of others: by trained tokens / by dense peak", colour);
  std::vector<std::string> cells;
  for (const auto c : cases) cells.push_back(report.study.cases[c].cluster.chip.name);
  text += supply_row("", cells);
  for (std::size_t p = 0; p < report.question.made.line.products.size(); ++p) {
    cells.clear();
    for (const auto& worth : answer.worth) {
      if (worth.product == p) cells.push_back(worth_cell(worth));
    }
    text += supply_row(product_name(report, p), cells);
  }
  for (std::size_t y = 0; y < answer.years.size(); ++y) {
    cells.clear();
    for (const auto& worth : answer.year_worth) {
      cells.push_back(thousands(worth.tokens[y].base) + " / " + thousands(worth.peak[y].base));
    }
    text += supply_row(fmt::format("all of {}, k", answer.years[y].year), cells);
  }
  return text + untrained(report) + trained_section(report);
}

std::string supply_share_section(const SupplyReport& report, Colour colour) {
  if (!report.question.other) return "";
  const auto& name = report.question.other->line.name;
  auto text = bold(fmt::format("Beside {} (90 % of the draws)", name), colour);
  const bool is_one = is_one_reading(report);
  for (std::size_t k = 0; k < (is_one ? 1 : supply_study::kCountings); ++k) {
    if (!is_one) {
      text += wrapped(fmt::format("its counts taken as {}", counting_text(k)), 2);
    }
    text += share_rows(report, k);
  }
  if (!report.answer.claims.empty()) {
    text += bold("Published statements", colour) + claim_rows(report);
  }
  return text;
}

std::string supply_published_section(const SupplyReport& report, Colour colour) {
  if (report.answer.published.empty()) return "";
  constexpr std::size_t kWho = 24;
  auto text = bold("Published counts, thousands, and those worked out (90 % of the draws)", colour);
  for (const auto& answer : report.answer.published) {
    const auto& row = answer.published;
    const auto said = row.low == row.high
                          ? thousands(row.low)
                          : fmt::format("{} to {}", thousands(row.low), thousands(row.high));
    const auto what = row.products.empty() ? std::string("all")
                                           : fmt::format("{}", fmt::join(row.products, ", "));
    text += fmt::format("  {}{} {}{}{}{}{}\n", fitted(row.id, kWho), row.year, fitted(what, 14),
                        fitted(row.counts_dies ? "dies" : "", 6), fitted(said, 14),
                        fitted(fmt::format("{} ({} to {})", thousands(answer.found.base),
                                           thousands(answer.found.p5), thousands(answer.found.p95)),
                               22),
                        fmt::format("{}{}", answer.is_inside() ? "inside" : "outside",
                                    row.by_construction ? " *" : ""));
  }
  std::vector<std::string> sources;
  for (const auto& answer : report.answer.published) {
    sources.push_back(answer.published.id + ": " + answer.published.source);
  }
  text += wrapped(fmt::format("{}", fmt::join(sources, "; ")), 2);
  return text + "  * figures of its author are inputs here: no independent check\n";
}

}  // namespace weft::report
