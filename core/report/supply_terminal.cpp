#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "supply_parts.h"
#include "supply_text.h"
#include "table.h"
#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;

constexpr std::size_t kPerTable = 4;  // years or chips beside each other

// A line without blanks at its end.
std::string ended(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

// The places of so many columns, in tables of kPerTable.
template <class Row>
std::string tables(std::size_t columns, Row table) {
  std::string text;
  for (std::size_t first = 0; first < columns; first += kPerTable) {
    text += table(first, std::min(columns, first + kPerTable));
  }
  return text;
}

std::string flow_section(const SupplyReport& report, Colour colour) {
  constexpr const char* kRow = "  {:<9}{:>10}{:>12}{:>12}{:>12}   {}\n";
  auto text = bold("By quarter, thousands (base case; packages with 90 % of the draws)", colour);
  text += fmt::format(kRow, "", "wafers", "good dies", "from bank", "packages", "90 %");
  for (const auto& quarter : report.answer.quarters) {
    double wafers = 0, good = 0, bank = 0;
    for (const auto& dies : quarter.base.dies) {
      wafers += dies.wafers;
      good += dies.good;
      bank += dies.from_bank;
    }
    const auto& packages = quarter.packages;
    text += fmt::format(kRow, quarter.base.quarter.text(), thousands(wafers), thousands(good),
                        thousands(bank), thousands(packages.base),
                        thousands(packages.p5) + " to " + thousands(packages.p95));
  }
  return text;
}

// What arrives of dies and stacks, and what is left of them.
std::string stocks_section(const SupplyReport& report, Colour colour) {
  constexpr std::size_t kStocks = 5;
  constexpr std::size_t kStock = 17;
  const auto& line = report.question.made.line;
  const auto dies = line.dies.size();
  const auto cell = [&](const supply::QuarterFlow& flow, std::size_t stock) {
    if (stock < dies) {
      const auto& of = flow.dies[stock];
      return thousands(of.good + of.from_bank) + " / " + thousands(of.left);
    }
    const auto& of = flow.memory[stock - dies];
    return thousands(of.arrived) + " / " + thousands(of.left);
  };
  const auto all = dies + line.memory.size();
  auto text =
      bold("Dies and stacks of memory, thousands: arrived / left (dies too poor for the chip too)",
           colour);
  for (std::size_t first = 0; first < all; first += kStocks) {
    const auto end = std::min(all, first + kStocks);
    auto head = "  " + fitted("", 10);
    for (auto i = first; i < end; ++i) {
      const auto& name = i < dies ? line.dies[i].name : line.memory[i - dies].name;
      head += fitted(name, kStock - 1) + " ";
    }
    text += ended(head);
    for (const auto& quarter : report.answer.quarters) {
      auto row = "  " + fitted(quarter.base.quarter.text(), 10);
      for (auto i = first; i < end; ++i) row += fitted(cell(quarter.base, i), kStock - 1) + " ";
      text += ended(row);
    }
  }
  return text;
}

// "212 dies +35 %": packages, what holds them up, how much more of it until the next one does.
std::string held_up(const supply::ProductFlow& flow) {
  if (!flow.is_made) return "-";
  auto text = thousands(flow.good) + " " + limit_text(flow);
  if (flow.next && std::isfinite(flow.slack)) {
    text += flow.slack < 10 ? fmt::format(" +{:.0f} %", 100 * flow.slack) : " > 10 x";
  }
  return text;
}

// What has no figure, so that nobody takes it for plentiful.
std::string free_line(const SupplyReport& report) {
  const auto free = supply_not_limits(report);
  if (free.empty()) return "";
  const bool has_modules =
      report.question.made.line.optics.empty() && !report.answer.clusters.empty();
  return wrapped(
      fmt::format("Not limits in this line, for want of a published figure: {}.{}",
                  fmt::join(free, ", "),
                  has_modules ? " Optical modules needed stand beside the clusters." : ""),
      2);
}

std::string limits_section(const SupplyReport& report, Colour colour) {
  auto text = bold(
      "What holds each chip up: thousands of packages, what binds, how much more of it until the "
      "next",
      colour);
  text += tables(report.question.made.chips.size() - report.question.made.line.shipped.size(),
                 [&](std::size_t first, std::size_t end) {
                   std::string table = "  " + fitted("", 10);
                   for (auto p = first; p < end; ++p) {
                     table += fitted(product_name(report, p), 21) + " ";
                   }
                   table.erase(table.find_last_not_of(' ') + 1);
                   table += "\n";
                   for (const auto& quarter : report.answer.quarters) {
                     table += "  " + fitted(quarter.base.quarter.text(), 10);
                     for (auto p = first; p < end; ++p) {
                       table += fitted(held_up(quarter.base.products[p]), 22);
                     }
                     table.erase(table.find_last_not_of(' ') + 1);
                     table += "\n";
                   }
                   return table;
                 });
  return text + free_line(report);
}

std::string range_cell(const supply_study::Range& range) {
  if (range.is_nothing()) return "-";
  return fmt::format("{} ({} to {})", thousands(range.base), thousands(range.p5),
                     thousands(range.p95));
}

template <class Cell>
std::string year_row(const std::string& label, std::size_t first, std::size_t end, Cell cell) {
  std::vector<std::string> cells;
  for (auto y = first; y < end; ++y) cells.push_back(cell(y));
  return supply_row(label, cells);
}

std::string years_section(const SupplyReport& report, Colour colour) {
  const auto& years = report.answer.years;
  auto text = bold("By year, thousands (90 % of the draws)", colour);
  text += tables(years.size(), [&](std::size_t first, std::size_t end) {
    auto table =
        year_row("", first, end, [&](std::size_t y) { return fmt::format("{}", years[y].year); });
    for (std::size_t p = 0; p < years.front().product.size(); ++p) {
      table += year_row(product_name(report, p), first, end,
                        [&](std::size_t y) { return range_cell(years[y].product[p]); });
    }
    table += year_row("all packages", first, end,
                      [&](std::size_t y) { return range_cell(years[y].packages); });
    table += year_row("dies in them", first, end,
                      [&](std::size_t y) { return range_cell(years[y].dies); });
    table += year_row("few, many case", first, end, [&](std::size_t y) {
      return thousands(years[y].packages.few_case) + ", " + thousands(years[y].packages.many_case);
    });
    return table;
  });
  text += wrapped(
      "Few and many case: two worlds with every input at the end that gives fewer, or more, "
      "packages "
      "in all quarters together; no bounds of one year, in which the many case may have less left.",
      2);
  return text;
}

std::string whole_range(const supply_study::Range& range) {
  if (range.is_nothing()) return "-";
  return fmt::format("{:.0f} ({:.0f} to {:.0f})", range.base, range.p5, range.p95);
}

std::string clusters_section(const SupplyReport& report, Colour colour) {
  if (report.answer.clusters.empty()) return "";
  auto text = bold("Clusters there can be by the end of a year, were all of a chip built into them",
                   colour);
  // The last quarter of every year that is asked about.
  std::vector<std::size_t> ends;
  const auto& quarters = report.answer.quarters;
  for (std::size_t q = 0; q < quarters.size(); ++q) {
    const bool is_last = q + 1 == quarters.size() ||
                         quarters[q + 1].base.quarter.year() != quarters[q].base.quarter.year();
    if (is_last) ends.push_back(q);
  }
  text += tables(ends.size(), [&](std::size_t first, std::size_t end) {
    auto table = year_row("", first, end,
                          [&](std::size_t y) { return quarters[ends[y]].base.quarter.text(); });
    for (const auto& count : report.answer.clusters) {
      table += year_row(report.study.cases[count.study_case].cluster.chip.name, first, end,
                        [&](std::size_t y) { return whole_range(count.by_quarter[ends[y]]); });
    }
    return table;
  });
  for (const auto& count : report.answer.clusters) {
    text += wrapped(
        fmt::format(
            "{} in {}: {:.0f} packages, {:.0f} optical modules each; {:.3g} M modules for those "
            "of {}{}",
            report.study.cases[count.study_case].cluster.chip.name,
            report.study.cases[count.study_case].cluster.label, count.packages,
            count.optical_modules, 1e-6 * count.optical_modules * count.by_quarter.back().base,
            quarters.back().base.quarter.text(),
            count.is_bound_by_optics.back() ? ", which hold it up" : ""),
        2);
  }
  const auto& question = report.question;
  text += wrapped(fmt::format("{} of packages are kept back as spares, {} come back broken, {} are "
                              "lost in a year of use.",
                              percent_text(question.spares), percent_text(question.returns),
                              percent_text(question.attrition)),
                  2);
  return text;
}

std::string without_line(const SupplyReport& report, const std::string& path) {
  const auto& id = report.question.made.line.id + ".";
  return path.starts_with(id) ? path.substr(id.size()) : path;
}

std::string moved_text(double ratio) {
  const double percent = std::round(100 * (ratio - 1));
  return percent == 0 ? "0 %" : fmt::format("{:+.0f} %", percent);
}

std::string movers_section(const SupplyReport& report, Colour colour) {
  constexpr std::size_t kMost = 10;
  constexpr std::size_t kPathOfMover = 58;
  if (report.answer.movers.empty()) return "";
  auto text =
      bold("What moves all packages most (one input at a time, low end and high end)", colour);
  for (std::size_t i = 0; i < std::min(kMost, report.answer.movers.size()); ++i) {
    const auto& mover = report.answer.movers[i];
    text += fmt::format("  {}{:>9}{:>9}\n", fitted(without_line(report, mover.input), kPathOfMover),
                        moved_text(mover.low), moved_text(mover.high));
  }
  return text;
}

std::string inputs_section(const SupplyReport& report, Colour colour) {
  auto text = bold("Inputs: value (low to high), date, source", colour);
  for (const auto& input : report.answer.inputs) {
    auto line = fmt::format("{}{}: {}", input.path.substr(0, input.path.find('[')),
                            input.date.empty() ? "" : fmt::format(" {}", input.date), input.value);
    if (!input.source.empty()) line += "; " + input.source;
    line +=
        fmt::format("; {}{}", input.confidence.empty() ? "no confidence said" : input.confidence,
                    input.disputed ? ", disputed" : "");
    text += wrapped(line, 2);
  }
  return text;
}

// A sentence where an interval does not hold the base case.
std::string outside_text(const SupplyReport& report) {
  const auto& answer = report.answer;
  bool holds = true;
  for (const auto& quarter : answer.quarters) holds = holds && quarter.packages.holds_base();
  for (const auto& year : answer.years) {
    for (const auto& product : year.product) holds = holds && product.holds_base();
    holds = holds && year.packages.holds_base();
  }
  for (const auto& year : answer.foreign) {
    for (const auto& packages : year.packages)
      holds = holds && (!packages || packages->holds_base());
  }
  return holds ? ""
               : " A base case lies outside where the most likely value of an input is an end of "
                 "its range, or a stock is used up earlier or later.";
}

}  // namespace

std::string thousands(double value) {
  const double scaled = 1e-3 * value;
  if (scaled <= 0) return "0";
  if (scaled >= 99.95) return fmt::format("{:.0f}", scaled);
  return scaled >= 9.995 ? fmt::format("{:.1f}", scaled) : fmt::format("{:.2f}", scaled);
}

std::string supply_row(const std::string& label, const std::vector<std::string>& cells) {
  constexpr std::size_t kLabel = 18;
  constexpr std::size_t kCell = 20;
  auto line = "  " + fitted(label, kLabel - 1) + " ";
  for (const auto& cell : cells) line += fitted(cell, kCell - 1) + " ";
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string to_terminal(const SupplyReport& report, Colour colour) {
  const auto& question = report.question;
  auto text = bold(fmt::format("{}, {} to {}", question.made.line.name, question.from.text(),
                               question.to.text()),
                   colour);
  text += years_section(report, colour) + limits_section(report, colour) +
          flow_section(report, colour) + stocks_section(report, colour) +
          clusters_section(report, colour) + supply_worth_section(report, colour) +
          supply_share_section(report, colour) + supply_published_section(report, colour) +
          movers_section(report, colour) + inputs_section(report, colour);
  text +=
      wrapped(fmt::format("90 % of the draws: {} draws of all uncertain inputs together, points "
                          "of one schedule moving as one.{} What a chip trains is at its mode.",
                          question.samples, outside_text(report)),
              2);
  return text;
}

}  // namespace weft::report
