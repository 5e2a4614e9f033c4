#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/yield.h"
#include "yield_text.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using yield::Answer;
using yield::YieldFigure;

constexpr std::size_t kYieldLabel = 28;

std::string yield_row(const std::string& label, const std::string& value) {
  return wrapped(fitted(label, kYieldLabel) + value, 2);
}

// "12.9 (8.10–20.3)"
template <class Text>
std::string with_interval(const Answer& answer, YieldFigure figure, Text text) {
  const auto f = static_cast<std::size_t>(figure);
  const auto& interval = answer.intervals[f];
  const auto plain = text(answer.figures[f]);
  if (interval.low == interval.high) return plain;
  return fmt::format("{} ({} to {})", plain, text(interval.low), text(interval.high));
}

std::string density_text(double si) {
  return fmt::format("{:.3g} /cm2", per_cm2(base::ArealDensity(si)));
}

std::string number_text(double value) { return to_text(value); }
std::string share_text(double share) { return percent_text(share); }

std::string origin_text(const manufacturing::Manufacturing& made) {
  if (made.density) return "as given";
  if (made.learning) return "as learned";
  const auto& reported = *made.reported;
  const char* of = "";
  if (reported.scope == manufacturing::Scope::kDie) of = "dies printed";
  if (reported.scope == manufacturing::Scope::kPackage) of = "packages";
  if (reported.scope == manufacturing::Scope::kFinalTest) of = "packages after burn-in";
  const char* which = "good enough for this chip";
  if (reported.counts == manufacturing::Counts::kPerfect) which = "without a defect";
  if (reported.counts == manufacturing::Counts::kAny) which = "good enough for any bin";
  return fmt::format("from {} of {} being {} (scope: {}, counts: {})", percent_text(reported.value),
                     of, which, text_of(reported.scope), text_of(reported.counts));
}

std::string law_text(const manufacturing::Manufacturing& made) {
  std::string text = made.law->name;
  if (text == "negative_binomial")
    text += fmt::format(", clustering {:.3g}", made.parameters.clustering);
  if (text == "bose_einstein") text += fmt::format(", {} layers", made.parameters.layers);
  return text;
}

// The same density, or the same reported yield, under the other laws.
std::string other_laws_text(const Answer& answer) {
  std::vector<std::string> parts;
  for (const auto& other : answer.by_law) {
    const bool is_solved = answer.made.reported.has_value();
    parts.push_back(is_solved ? fmt::format("{} {:.3f} /cm2", other.law, per_cm2(other.density))
                              : fmt::format("{} {}", other.law, percent_text(other.perfect)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string dies_section(const Answer& answer, Colour colour) {
  const auto& made = answer.made;
  const auto& bins = answer.bins;
  auto text = bold("Dies", colour);
  text += yield_row(
      "printed on a wafer",
      fmt::format(
          "{:.0f} whole ones of {} on {:.0f} mm, edge {:.3g} mm, at the best of {} positions of "
          "the grid; {:.1f} by the usual estimate, which is low for large dies",
          bins.printed_dies, to_text(made.design.die_area), 1e3 * made.wafer.diameter.si(),
          1e3 * made.wafer.edge.si(), manufacturing::kGridSteps * manufacturing::kGridSteps,
          bins.estimated_dies));
  text +=
      yield_row("defects that kill", with_interval(answer, YieldFigure::kDensity, density_text) +
                                         ", " + origin_text(made));
  text += yield_row("law", law_text(made));
  text += yield_row(made.reported ? "the density by law" : "without a defect, by law",
                    other_laws_text(answer));
  text += yield_row("without a defect", with_interval(answer, YieldFigure::kPerfect, share_text));
  text += yield_row("good enough for a bin", with_interval(answer, YieldFigure::kSold, share_text));
  return text;
}

std::string bins_section(const Answer& answer, Colour colour) {
  constexpr const char* kBinRow = "  {} {:>6} {:>9} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}\n";
  constexpr std::size_t kBinName = 20;
  auto text = bold("Bins, best first", colour);
  text += fmt::format(kBinRow, fitted("", kBinName), "cores", "clock", "dies", "packages",
                      "of good", "defects", "weak", "weak");
  text += fmt::format(kBinRow, fitted("", kBinName), "a die", "", "", "a wafer", "packages", "off",
                      "dies", "packages");
  for (const auto& bin : answer.bins.bins) {
    text += fmt::format(kBinRow, fitted(bin.name, kBinName), bin.cores,
                        bin.clock.si() > 0 ? to_text(bin.clock) : "-", percent_text(bin.die_share),
                        fmt::format("{:.3g}", bin.packages),
                        bin.sold_as.empty() ? percent_text(bin.share) : "other",
                        fmt::format("{:.3g}", bin.defects), percent_text(bin.latent_per_die),
                        percent_text(bin.p_latent));
    if (!bin.sold_as.empty()) text += wrapped("sold as " + bin.sold_as, 4);
  }
  return text;
}

std::string burn_in_text(const Answer& answer) {
  const auto& burn_in = answer.made.burn_in;
  if (burn_in.time.si() <= 0) return "none";
  return fmt::format("{:.4g} h, each worth {:.3g} h of use: {} of packages fail in it",
                     burn_in.time / base::kHour, burn_in.acceleration,
                     percent_text(1 - answer.bins.passed_burn_in));
}

std::string packages_section(const Answer& answer, Colour colour) {
  const auto& made = answer.made;
  const auto& bins = answer.bins;
  auto text = bold("Packages", colour);
  text +=
      yield_row("good ones a wafer", with_interval(answer, YieldFigure::kPackages, number_text));
  text += yield_row("good of those begun",
                    fmt::format("{}: {} {}, {} {} of memory", percent_text(bins.package_yield),
                                made.design.dies, made.design.dies == 1 ? "die" : "dies",
                                made.design.stacks, made.design.stacks == 1 ? "stack" : "stacks"));
  text += yield_row("bad among tested dies",
                    made.package.known_good_die
                        ? fmt::format("{:.0f} ppm at {} of faults found", 1e6 * bins.escapes,
                                      percent_text(made.test_coverage))
                        : "dies are not tested before assembly");
  text += yield_row("burn-in", burn_in_text(answer));
  text += yield_row("weak ones that ship", with_interval(answer, YieldFigure::kLatent, share_text));
  text += yield_row(
      "fail in the first 30 days",
      with_interval(answer, YieldFigure::kFailures, number_text) + " of 10,000, of latent defects");
  if (made.latent.silent > 0) {
    text += yield_row("of these silent", fmt::format("{}: data are wrong, nothing stops",
                                                     percent_text(made.latent.silent)));
  }
  return text;
}

std::string burn_in_section(const Answer& answer, Colour colour) {
  constexpr const char* kBurnInRow = "  {:<10}{:>16}{:>22}{:>16}{:>16}\n";
  if (answer.made.latent.ratio <= 0) return "";
  auto text = bold("Burn-in, what it takes and costs", colour);
  text += fmt::format(kBurnInRow, "for", "fail in it", "of 10,000 in 30 days", "a wafer", "cost");
  for (const auto& point : answer.burn_in) {
    text += fmt::format(
        kBurnInRow,
        point.time.si() > 0 ? fmt::format("{:.4g} h", point.time / base::kHour) : "none",
        percent_text(point.lost), to_text(point.failures), fmt::format("{:.2f}", point.packages),
        point.cost ? to_text(base::Money{*point.cost, answer.bins.cost->currency}) : "-");
  }
  return text;
}

std::string cost_section(const Answer& answer, Colour colour) {
  if (!answer.bins.cost) return "";
  const auto& cost = *answer.bins.cost;
  const auto money = [&](double amount) { return to_text(base::Money{amount, cost.currency}); };
  auto text = bold("Cost of one good package", colour);
  text += yield_row(
      "dies, memory, assembly",
      fmt::format("{}, {}, {}", money(cost.dies), money(cost.memory), money(cost.assembly)));
  text += yield_row("test, burn-in", fmt::format("{}, {}", money(cost.test), money(cost.burn_in)));
  text += yield_row("total", with_interval(answer, YieldFigure::kCost, money));
  return text;
}

std::string change_text(double low, double high) {
  return fmt::format("{:+.0f}…{:+.0f} %", 100 * (std::min(low, high) - 1),
                     100 * (std::max(low, high) - 1));
}

std::string swings_section(const Answer& answer, Colour colour) {
  constexpr std::size_t kMost = 8;
  constexpr std::size_t kPath = 44;
  if (answer.swings.empty()) return "";
  auto text = bold("What moves it most (one input at a time)", colour);
  text += fmt::format("  {}{:>16}{:>18}{:>18}\n", fitted("", kPath), "packages", "early failures",
                      answer.bins.cost ? "cost" : "");
  for (std::size_t i = 0; i < std::min(kMost, answer.swings.size()); ++i) {
    const auto& swing = answer.swings[i];
    const auto change = [&](YieldFigure figure) {
      const auto f = static_cast<std::size_t>(figure);
      return change_text(swing.low[f], swing.high[f]);
    };
    const auto at = swing.path.find(".manufacturing.");
    const auto name = at == std::string::npos
                          ? swing.path
                          : swing.path.substr(at + std::string(".manufacturing.").size());
    // The ellipsis is one column, but three bytes.
    text +=
        fmt::format("  {}{}{}{}\n", fitted(name, kPath),
                    std::string(16 - width_of(change(YieldFigure::kPackages)), ' ') +
                        change(YieldFigure::kPackages),
                    std::string(18 - width_of(change(YieldFigure::kFailures)), ' ') +
                        change(YieldFigure::kFailures),
                    answer.bins.cost ? std::string(18 - width_of(change(YieldFigure::kCost)), ' ') +
                                           change(YieldFigure::kCost)
                                     : "");
  }
  return text;
}

std::string drawn_section(const Answer& answer, Colour colour) {
  if (!answer.drawn) return "";
  auto text = bold(fmt::format("{} wafers drawn defect by defect", answer.drawn->wafers), colour);
  const auto share = [](const manufacturing::SimulatedShare& drawn) {
    return fmt::format("{:.2f} ± {:.2f} % (model {:.2f})", 100 * drawn.mean,
                       100 * drawn.standard_error, 100 * drawn.predicted);
  };
  for (std::size_t b = 0; b < answer.drawn->bins.size(); ++b) {
    const auto& bin = answer.drawn->bins[b];
    text += yield_row(answer.bins.bins[b].name,
                      "dies " + share(bin.dies) + ", weak " + share(bin.latent));
  }
  return text;
}

std::string assumed_section(const Answer& answer, Colour colour) {
  if (answer.assumed.empty()) return "";
  std::vector<std::string> parts;
  const std::string block = "manufacturing.";
  for (const auto& fact : answer.assumed) {
    const auto name = fact.path.starts_with(block) ? fact.path.substr(block.size()) : fact.path;
    parts.push_back(fmt::format("{} {}", name, fact.value));
  }
  return bold("Assumed: no source stands behind these", colour) +
         wrapped(fmt::format("{}", fmt::join(parts, "; ")), 2);
}

}  // namespace

std::string to_terminal(const Answer& answer, Colour colour) {
  auto text = bold(fmt::format("{}, how it is made", answer.chip.name), colour);
  text += dies_section(answer, colour) + bins_section(answer, colour) +
          packages_section(answer, colour) + burn_in_section(answer, colour) +
          cost_section(answer, colour) + drawn_section(answer, colour) +
          swings_section(answer, colour) + assumed_section(answer, colour);
  if (answer.samples > 0 && !answer.swings.empty()) {
    auto note = fmt::format("In brackets: 90 % of {} draws of all uncertain inputs together.",
                            answer.samples);
    if (answer.impossible > 0) {
      note += fmt::format(" {} are left out: no defect density gives the yield drawn.",
                          answer.impossible);
    }
    text += wrapped(note, 2);
  }
  return text;
}

}  // namespace weft::report
