#include <fmt/format.h>

#include <cmath>

#include "parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

using base::to_text;
using compare::Cause;
using compare::Footing;

std::string label_of(const compare::Answer& answer, std::size_t build) {
  return answer.question.stated.cases[build].cluster.chip.name;
}

std::string size_of(const compare::Answer& answer, const compare::Standing& standing) {
  const auto* run = answer.run_of(standing);
  return run != nullptr ? run->study_case.cluster.label : std::string("no such size");
}

std::string gap_unit(const compare::Answer& answer, Footing footing) {
  switch (footing) {
    case Footing::kPeak:
      return "FLOP";
    case Footing::kPower:
      return "J";
    case Footing::kMoney:
      return answer.question.currency + " s";
    default:
      return "s";
  }
}

std::string footing_words(Footing footing) {
  switch (footing) {
    case Footing::kPeak:
      return "peak FLOP/s";
    case Footing::kPower:
      return "power at the meter";
    case Footing::kMoney:
      return "money paid once";
    case Footing::kTime:
      return "time to train";
    case Footing::kWafers:
      return "logic wafers";
    default:
      return compare::name_of(footing);
  }
}

// Of two builds of one chip the numbers tell them apart.
std::vector<std::string> builds_of(const compare::Answer& answer) {
  std::vector<std::string> labels;
  for (std::size_t b = 0; b < answer.question.builds.size(); ++b) {
    labels.push_back(label_of(answer, b));
  }
  return distinct(std::move(labels));
}

void add_ratios(html::Page& page, const compare::Answer& answer,
                const std::vector<std::string>& builds) {
  std::vector<std::string> categories;
  std::vector<Series> series;
  for (const auto& build : builds) series.push_back({build, {}});
  for (const auto& on : answer.footings) {
    categories.push_back("equal " + footing_words(on.footing));
    for (std::size_t b = 0; b < builds.size(); ++b) {
      const auto& standing = on.standings[b];
      series[b].values.push_back(standing.is_known() ? standing.ratio : std::nan(""));
    }
  }
  page.sections.push_back(
      {"ratios", "Which build trains faster, footing by footing",
       fmt::format("Tokens trained a second for as much of what is held equal, over {}'s. At equal "
                   "time to train: of one device. Failures and larger batches are counted.",
                   builds.front()),
       "bars", bars("×", categories, series, false)});
}

Json cell(const compare::Answer& answer, const compare::Standing& standing) {
  const auto* run = answer.run_of(standing);
  if (run == nullptr || !standing.is_known()) return marked("not known", "doubt", standing.reason);
  return fmt::format("{:.3g} × ({}, step {})", standing.ratio, run->study_case.cluster.label,
                     to_text(run->figures.step));
}

void add_table(html::Page& page, const compare::Answer& answer,
               const std::vector<std::string>& builds) {
  std::vector<std::string> titles{"at equal"};
  titles.insert(titles.end(), builds.begin(), builds.end());
  Table table(titles, titles.size());
  for (const auto& on : answer.footings) {
    std::vector<Json> cells{footing_words(on.footing)};
    for (const auto& standing : on.standings) cells.push_back(cell(answer, standing));
    table.row(std::move(cells));
  }
  page.sections.push_back({"builds", "The builds on each footing",
                           "Ratio to the first build, the size that comes nearest in whole units, "
                           "and its step.",
                           "table", table.data()});
}

void add_figures(html::Page& page, const compare::Answer& answer,
                 const std::vector<std::string>& builds) {
  const auto& on = answer.footings.front();
  std::vector<std::string> titles{""};
  titles.insert(titles.end(), builds.begin(), builds.end());
  Table table(titles, titles.size());
  const auto row = [&](const std::string& label, const auto& written) {
    std::vector<Json> cells{label};
    for (const auto& standing : on.standings) {
      const auto* run = answer.run_of(standing);
      cells.emplace_back(run != nullptr && run->is_known() ? written(*run) : std::string("–"));
    }
    table.row(std::move(cells));
  };
  using compare::Run;
  const auto& currency = answer.question.currency;
  row("cluster", [](const Run& r) { return r.study_case.cluster.label; });
  row("plan", [](const Run& r) { return plan::layout_text(r.result.outcome->plan); });
  row("devices (packages, dies)", [](const Run& r) {
    return fmt::format("{:g} ({:g}, {:g})", r.figures.devices, r.figures.packages, r.figures.dies);
  });
  row("peak", [](const Run& r) { return to_text(r.figures.peak); });
  row("step", [](const Run& r) { return to_text(r.figures.step); });
  row("MFU", [](const Run& r) { return base::percent_text(r.figures.mfu); });
  row("goodput", [](const Run& r) { return base::percent_text(r.figures.goodput); });
  row("time to finish", [](const Run& r) { return days(r.figures.wall.si()); });
  row("power at the meter", [](const Run& r) { return to_text(r.figures.power); });
  row("energy of a token", [](const Run& r) { return to_text(r.figures.energy_per_token); });
  row("capital", [&](const Run& r) {
    return r.figures.capital ? to_text(base::Money{*r.figures.capital, currency})
                             : std::string("no price known");
  });
  row("owned, a million tokens", [&](const Run& r) {
    return r.figures.own_million ? to_text(base::Money{*r.figures.own_million, currency})
                                 : std::string("no price known");
  });
  row("step, were links free", [](const Run& r) { return to_text(r.figures.free_links); });
  page.sections.push_back({"figures", "At equal " + footing_words(on.footing),
                           "Each build at its size on the first footing, with its best plan.",
                           "table", table.data()});
}

void add_waterfalls(html::Page& page, const compare::Answer& answer,
                    const std::vector<std::string>& builds) {
  const auto& on = answer.footings.front();
  for (std::size_t b = 1; b < builds.size(); ++b) {
    if (!on.standings[b].is_known()) continue;
    const auto& fall = on.waterfalls[b];
    std::vector<Step> steps;
    for (std::size_t c = 0; c < compare::kCauseCount; ++c) {
      steps.push_back({compare::name_of(static_cast<Cause>(c)), fall.part(static_cast<Cause>(c))});
    }
    page.sections.push_back(
        {id_of("gap", b - 1, builds.size() - 1),
         fmt::format("From {} to {}, by cause", builds[0], builds[b]),
         fmt::format("What a token takes of what is held equal ({}), times the time of training: "
                     "from {} to {}. Causes add up to the gap exactly.",
                     footing_words(on.footing), size_of(answer, on.standings[0]),
                     size_of(answer, on.standings[b])),
         "waterfall",
         waterfall(gap_unit(answer, on.footing), {builds[0], compare::sum(fall.from)}, steps,
                   {builds[b], compare::sum(fall.to)})});
  }
}

void add_headlines(html::Page& page, const compare::Answer& answer,
                   const std::vector<std::string>& builds) {
  for (std::size_t b = 1; b < builds.size(); ++b) {
    const auto& one = answer.replacements[b];
    if (!one) continue;
    page.headlines.push_back(
        {"in place of one device of " + builds[0], fmt::format("{:.3g} devices", one->devices),
         fmt::format("{:.3g} packages, {:.3g} dies, to train as fast", one->packages, one->dies),
         builds[b]});
  }
}

}  // namespace

html::Page compare_page(const compare::Answer& answer, const uncertainty::Draws& draws,
                        const Sources& sources) {
  const auto& job = answer.question.job();
  const auto builds = builds_of(answer);
  html::Page page;
  page.title = job.model.name + ": ";
  for (std::size_t b = 0; b < builds.size(); ++b)
    page.title += (b > 0 ? " against " : "") + builds[b];
  page.subtitle = fmt::format("{} tokens, sequence {}, batch {} sequences; {}, {}.",
                              to_text(job.tokens), job.sequence, job.global_batch,
                              answer.question.precision == compare::PrecisionRule::kSame
                                  ? "all in " + std::string(chips::name_of(job.precision))
                                  : "each in its fastest format",
                              answer.question.batch == compare::BatchRule::kSame
                                  ? "the same batch"
                                  : "larger batches where they shorten the run");
  if (!answer.footings.empty()) {
    add_headlines(page, answer, builds);
    add_ratios(page, answer, builds);
    add_waterfalls(page, answer, builds);
    add_figures(page, answer, builds);
    add_table(page, answer, builds);
  }
  add_ranges(page, draws, "Sizes and plans are kept.");
  if (!answer.not_had.empty()) {
    page.sections.push_back({"left-out", "What was left out",
                             "Footings without an answer, and why.", "text", text(answer.not_had)});
  }
  add_sources(page, sources);
  return page;
}

}  // namespace weft::pages
