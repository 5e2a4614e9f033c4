#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "campaign_text.h"
#include "table.h"
#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using campaign::Estimate;
using campaign::Outlook;
using weeks::CaseAnswer;
using weeks::VariantAnswer;

constexpr std::size_t kCampaignLabel = 24;
constexpr std::size_t kEffectsShown = 8;
constexpr std::size_t kMonthsShown = 6;
constexpr std::size_t kEntriesShown = 10;
// Causes and kinds of time below this share of the wall clock are summed up.
constexpr double kShareShown = 5e-5;

std::string campaign_row(const std::string& label, const std::string& value) {
  return wrapped(fitted(label, kCampaignLabel) + value, 2);
}

std::string half_text(double half_width) {
  return std::isfinite(half_width) ? fmt::format("{:.2g}", half_width) : "?";
}

// "91.6 % ± 0.04 (90 % of runs: 90.9 to 92.3)", in per cent or as it is.
std::string spread_text(const Estimate& estimate, double unit, const char* digits) {
  const auto number = [&](double value) { return fmt::format(fmt::runtime(digits), value / unit); };
  return fmt::format("{} ± {} (90 % of runs: {} to {})", number(estimate.mean),
                     half_text(estimate.half_width / unit), number(estimate.low),
                     number(estimate.high));
}

// Variants beside each other.
std::string variant_line(const std::string& name, const std::vector<std::string>& cells) {
  std::string line = fitted(name, 46);
  for (const auto& cell : cells) {
    line += std::string(cell.size() < 9 ? 9 - width_of(cell) : 1, ' ') + cell;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string second_line(const CaseAnswer& answer, const VariantAnswer& variant,
                        const campaign::CauseOutlook* worst) {
  std::vector<std::string> parts;
  if (worst != nullptr) {
    parts.push_back(
        fmt::format("most lost to {}: {}", worst->name, percent_text(worst->loss.mean)));
  }
  if (variant.step != answer.result.outcome->ledger.step) {
    parts.push_back("step " + to_text(variant.step));
  }
  if (variant.bins && variant.variant->die_yield) {
    std::vector<std::string> bins;
    for (const auto& bin : variant.bins->bins) {
      bins.push_back(fmt::format("{} {:.3g}", bin.name, bin.packages));
    }
    parts.push_back(fmt::format("bins a wafer: {}", fmt::join(bins, ", ")));
  }
  return parts.empty() ? "" : wrapped(fmt::format("{}", fmt::join(parts, "; ")), 6);
}

std::string variants_table(const CampaignReport& report, Colour colour) {
  auto text = bold("All variants", colour) +
              variant_line("", {"packages", "weak", "stops", "ETTR", "goodput", "spares"}) +
              variant_line("", {"a wafer", "packages", "a week", "", "", "for 99 %"}) + "";
  for (const auto& answer : report.answers) {
    if (answer.variants.empty()) continue;
    const auto& outcome = *answer.result.outcome;
    text += fmt::format("  {}, step {}\n", answer.study_case->cluster.label,
                        to_text(outcome.ledger.step));
    for (const auto& variant : answer.variants) {
      const auto& outlook = variant.outlook;
      const auto* worst = costliest(outlook);
      auto name = variant_text(answer, variant);
      text +=
          variant_line("    " + (name.empty() ? "as it is" : name),
                       {variant.bins ? fmt::format("{:.3g}", variant.bins->good_packages) : "-",
                        variant.bins ? fmt::format("{:.2f} %", 100 * variant.bins->p_latent) : "-",
                        fmt::format("{:.3g}", stops_a_week(variant)),
                        fmt::format("{:.2f} %", 100 * outlook.ettr.mean),
                        fmt::format("{:.2f} %", 100 * outlook.goodput.mean),
                        fmt::format("{}", outlook.spares_for(kSpareLevel))});
      text += second_line(answer, variant, worst);
    }
  }
  return text + "\n";
}

std::string closed_form_text(const VariantAnswer& variant) {
  const auto& outlook = variant.outlook;
  if (outlook.closed_form) return percent_text(*outlook.closed_form, 4) + " (renewal, Daly 2006)";
  return fmt::format("not valid: {}", fmt::join(outlook.why_not_closed, "; "));
}

std::string interval_text(const VariantAnswer& variant) {
  auto text = to_text(variant.outlook.interval);
  if (variant.best) {
    text += fmt::format("; best by search on the same failures {} (ETTR {:+.3f} points)",
                        to_text(variant.best->found),
                        100 * (variant.best->found_ettr - variant.best->planned_ettr));
  }
  return text;
}

// How often, and how long, there were not enough hosts to go on.
std::string waits_text(const Outlook& outlook) {
  std::string text;
  if (outlook.waits.mean > 0) {
    auto line = fmt::format("{:.3g} times a run, {} of the wall clock", outlook.waits.mean,
                            percent_text(outlook.waiting));
    if (outlook.waits_infeasible > 0) {
      line += fmt::format("; {:.3g} of them, {}, because no plan for those left is legal and fits",
                          outlook.waits_infeasible, percent_text(outlook.waiting_infeasible));
    }
    text += campaign_row("waits for hosts", line);
  }
  if (outlook.spares_failed.mean > 0) {
    text += campaign_row("spares that failed", fmt::format("{:.3g} a run, while they waited",
                                                           outlook.spares_failed.mean));
  }
  return text;
}

std::string cut_text(const Outlook& outlook, const campaign::Scenario& scenario) {
  return fmt::format(
      "{} of {} runs were given up after {} events; all figures are of the time until then",
      outlook.cut, outlook.replicas, scenario.horizon.most_events);
}

std::string headline_of(const CaseAnswer& answer, const VariantAnswer& variant) {
  const auto& outlook = variant.outlook;
  const auto& request = answer.study_case->campaign;
  std::string text;
  text += campaign_row(
      "plan", fmt::format("{}, step {} (F2)", plan::layout_text(answer.result.outcome->plan),
                          to_text(answer.result.outcome->ledger.step)));
  text += campaign_row(request.window ? "looked at" : "finished after",
                       request.window
                           ? fmt::format("{:.3g} d of the wall clock", *request.window / base::kDay)
                           : spread_text(outlook.wall, base::kDay.si(), "{:.4g}") +
                                 fmt::format(" d; {:.0f} % of runs", 100 * outlook.finished));
  text += campaign_row("ETTR", spread_text(outlook.ettr, 0.01, "{:.2f}") + " %");
  text += campaign_row("  by the closed form", closed_form_text(variant));
  text += campaign_row("goodput", spread_text(outlook.goodput, 0.01, "{:.2f}") +
                                      " % of device-hours, spares and repair too");
  text += campaign_row("interruptions", fmt::format("{}; one every {}",
                                                    spread_text(outlook.interruptions, 1, "{:.4g}"),
                                                    to_text(outlook.mean_time_between)));
  text += campaign_row("checkpoint every", interval_text(variant));
  text += campaign_row(
      "hosts out",
      fmt::format(
          "{:.3g} in the mean; spares for {:.0f} % of the time: {} ({} there)",
          outlook.hosts_out.mean, 100 * kSpareLevel, outlook.spares_for(kSpareLevel),
          variant.scenario.hosts.unlimited
              ? std::string("any number")
              : fmt::format("{}", variant.scenario.hosts.warm + variant.scenario.hosts.cold)));
  text += waits_text(outlook);
  if (outlook.states_asked > 0) {
    auto states = fmt::format("{}, the step of each simulated once", outlook.states_asked);
    if (outlook.states_infeasible > 0) {
      states += fmt::format("; in {} of them the job cannot run", outlook.states_infeasible);
    }
    text += campaign_row("degraded states", states);
  }
  if (outlook.cut > 0) {
    text += campaign_row("warning", cut_text(outlook, variant.scenario));
  }
  for (const auto& note : variant.notes) text += campaign_row("", note);
  return text;
}

std::string causes_table(const Outlook& outlook, Colour colour) {
  auto causes = outlook.by_cause;
  std::stable_sort(causes.begin(), causes.end(),
                   [](const auto& a, const auto& b) { return a.loss.mean > b.loss.mean; });
  auto text = bold(
      "  cause                    interruptions (90 % of runs)   slowed   silent     "
      "lost time",
      colour);
  double rest = 0;
  for (const auto& cause : causes) {
    if (cause.loss.mean < kShareShown && cause.interruptions.mean < 0.05) {
      rest += cause.loss.mean;
      continue;
    }
    text += fmt::format(
        "  {} {:>8.3g} ± {:<7} {:>11} {:>8.3g} {:>8.3g} {:>9.3f} % ± {}\n", fitted(cause.name, 24),
        cause.interruptions.mean, half_text(cause.interruptions.half_width),
        fmt::format("({:.3g}–{:.3g})", cause.interruptions.low, cause.interruptions.high),
        cause.degradations.mean, cause.corruptions.mean, 100 * cause.loss.mean,
        half_text(100 * cause.loss.half_width));
  }
  if (rest > 0) text += fmt::format("  all others: {:.3f} %\n", 100 * rest);
  text += fmt::format("  {} {:>55.3f} %\n", fitted("checkpoints", 24),
                      100 * campaign::sum(outlook.loss_to_checkpoints));
  if (campaign::sum(outlook.loss_to_maintenance) > 0) {
    text += fmt::format("  {} {:>55.3f} %\n", fitted("planned maintenance", 24),
                        100 * campaign::sum(outlook.loss_to_maintenance));
  }
  return text;
}

std::string time_table(const Outlook& outlook, Colour colour) {
  auto text = bold("  where the wall clock goes (classes of ml-goodput-measurement)", colour);
  for (std::size_t i = 0; i < campaign::kTimeClasses; ++i) {
    if (outlook.time_share[i] < kShareShown) continue;
    text += fmt::format(
        "  {} {:>8.3f} %\n",
        fitted(std::string(campaign::time_class_name(static_cast<campaign::TimeClass>(i))), 44),
        100 * outlook.time_share[i]);
  }
  return text;
}

std::string months_table(const Outlook& outlook, Colour colour) {
  if (outlook.by_month.size() < 2) return "";
  auto text = bold("  failures by month of 30 days, not tolerated ones", colour);
  std::string line = "  ";
  const auto shown = std::min(kMonthsShown, outlook.by_month.size());
  for (std::size_t month = 0; month < shown; ++month) {
    double sum = 0;
    for (const double failures : outlook.by_month[month]) sum += failures;
    const double days = outlook.wall.mean / base::kDay.si() - 30.0 * static_cast<double>(month);
    const bool whole = days >= 29.95;
    line += fmt::format("{}. {:.3g}{}   ", month + 1, sum,
                        whole ? "" : fmt::format(" ({:.3g} d)", days));
  }
  line.erase(line.find_last_not_of(' ') + 1);
  if (shown < outlook.by_month.size()) {
    line += fmt::format("   … {} months", outlook.by_month.size());
  }
  return text + line + "\n";
}

std::string sizes_table(const VariantAnswer& variant, Colour colour) {
  if (variant.sizes.empty()) return "";
  auto text = bold("  mean time between stops over devices in use", colour);
  for (const auto& point : variant.sizes) {
    text += fmt::format("  {:>9.0f} {:>10}\n", point.devices, to_text(point.between));
  }
  return text;
}

std::string effects_table(const VariantAnswer& variant, Colour colour) {
  auto text = bold(
      "  what is assumed or uncertain and moves the ETTR (points, one at a time, same "
      "draws)",
      colour);
  if (variant.effects.empty()) return text + "  nothing by more than 0.005\n";
  for (std::size_t i = 0; i < std::min(kEffectsShown, variant.effects.size()); ++i) {
    const auto& effect = variant.effects[i];
    const auto points = [&](double ettr) { return 100 * (ettr - variant.effects_plain); };
    text += fmt::format("  {} {} {:>9}: {:+.3f}  {:>9}: {:+.3f}\n", fitted(effect.input, 44),
                        fitted(effect.value, 10), effect.low, points(effect.ettr_low), effect.high,
                        points(effect.ettr_high));
  }
  if (variant.effects.size() > kEffectsShown) {
    text += fmt::format("  and {} further, in --json\n", variant.effects.size() - kEffectsShown);
  }
  return text;
}

std::string entry_text(const campaign::TimelineEntry& entry) {
  auto text = fmt::format("  {:>9.3f} d  {}", entry.time / base::kDay.si(),
                          campaign::happening_name(entry.happening));
  if (!entry.cause.empty()) text += " (" + entry.cause + ")";
  using campaign::Happening;
  if (entry.happening == Happening::kDegraded || entry.happening == Happening::kShrunk) {
    text += fmt::format(" at {} of the speed", percent_text(entry.amount));
  }
  return text + "\n";
}

std::string timeline_text(const Outlook& outlook, Colour colour) {
  if (outlook.timeline.empty()) return "";
  auto text = bold("  how the first replica begins (--timeline has all of it)", colour);
  for (std::size_t i = 0; i < std::min(kEntriesShown, outlook.timeline.size()); ++i) {
    text += entry_text(outlook.timeline[i]);
  }
  return text;
}

std::string case_text(const CaseAnswer& answer, Colour colour) {
  const auto& c = *answer.study_case;
  if (answer.variants.empty()) {
    return bold(c.cluster.label, colour) + wrapped(answer.result.reason, 2);
  }
  const auto& variant = answer.variants.front();
  auto title = c.cluster.label + ", " + variant.variant->policy.name;
  const auto name = variant_text(answer, variant);
  if (!name.empty()) title += ", " + name;
  return bold(title, colour) + headline_of(answer, variant) +
         causes_table(variant.outlook, colour) + time_table(variant.outlook, colour) +
         months_table(variant.outlook, colour) + sizes_table(variant, colour) +
         effects_table(variant, colour) + timeline_text(variant.outlook, colour);
}

}  // namespace

std::string to_terminal(const CampaignReport& report, Colour colour) {
  const auto& job = report.study.job;
  const auto& request = report.study.cases.front().campaign;
  std::size_t variants = 0;
  std::int64_t replicas = request.replicas;
  for (const auto& answer : report.answers) {
    variants += answer.variants.size();
    if (!answer.variants.empty()) replicas = answer.variants.front().outlook.replicas;
  }
  auto text = wrapped(
      fmt::format("{}, {} tokens, sequence {}, batch {} sequences, {}; campaign {}, {} replicas; "
                  "± is half of a 95 % interval of the mean",
                  job.model.name, to_text(job.tokens), job.sequence, job.global_batch,
                  chips::name_of(job.precision), request.name, replicas),
      0);
  text += "\n";
  if (variants > report.answers.size()) text += variants_table(report, colour);
  for (const auto& answer : report.answers) {
    if (&answer != &report.answers.front()) text += "\n";
    text += case_text(answer, colour);
  }
  return text;
}

}  // namespace weft::report
