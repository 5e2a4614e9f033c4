#include "weft/compare/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "finder.h"
#include "runs.h"

namespace weft::compare {

namespace {

// Runs by footing and build.
using Places = std::vector<std::vector<std::size_t>>;

// What there is of a footing for one device.
double a_device(Footing footing, const Figures& figures) {
  if (footing == Footing::kTime) return 1;
  return amount_of(footing, figures).value_or(0) / figures.devices;
}

std::string unknown_text(Footing footing, const Run& run) {
  const auto& label = run.study_case.cluster.label;
  if (footing == Footing::kMoney) return "no price is known for " + label;
  return "how the chip of " + label + " is made is not known";
}

// Why a run says nothing on a footing; empty: it does.
std::string reason_of(Footing footing, const Run& run) {
  if (!run.is_known()) return run.study_case.cluster.label + ": " + run.reason;
  return amount_of(footing, run.figures) ? "" : unknown_text(footing, run);
}

Standing standing_of(Footing footing, const std::vector<Run>& runs, std::size_t base,
                     std::size_t at) {
  Standing standing;
  standing.run = at;
  const auto& own = runs[at];
  standing.reason = reason_of(footing, own);
  if (standing.reason.empty()) standing.reason = reason_of(footing, runs[base]);
  if (!standing.is_known()) return standing;
  const auto& from = runs[base].figures;
  const auto& to = own.figures;
  standing.amount = *amount_of(footing, to);
  const double wanted = *amount_of(footing, from);
  standing.remainder = standing.amount / wanted - 1;
  standing.scale = wanted / standing.amount;
  // Each rate over its own: A against B is then the inverse of B against A, to the last digits.
  const auto yield = [&](const Figures& figures) {
    return figures.rate / (figures.devices * a_device(footing, figures));
  };
  standing.ratio = yield(to) / yield(from);
  return standing;
}

OnFooting on_footing(Footing footing, const std::vector<Run>& runs,
                     const std::vector<std::size_t>& places) {
  OnFooting all;
  all.footing = footing;
  for (const auto at : places) {
    all.standings.push_back(standing_of(footing, runs, places.front(), at));
    all.waterfalls.push_back(all.standings.back().is_known()
                                 ? waterfall(footing, runs[places.front()], runs[at])
                                 : Waterfall{});
  }
  return all;
}

std::optional<Replacement> replacement(const Answer& answer, std::size_t build) {
  const OnFooting* of = nullptr;
  for (const auto& one : answer.footings) {
    if (!one.standings[build].is_known()) continue;
    if (of == nullptr || one.footing == Footing::kTime) of = &one;
  }
  if (of == nullptr) return std::nullopt;
  const auto& from = answer.run_of(of->standings.front())->figures;
  const auto& to = answer.run_of(of->standings[build])->figures;
  const double of_rate = from.rate / to.rate;
  return Replacement{to.devices / from.devices * of_rate, to.packages / from.packages * of_rate,
                     to.dies / from.dies * of_rate};
}

Answer assembled(Question question, std::vector<Run> runs, const Places& places) {
  Answer answer;
  answer.question = std::move(question);
  answer.runs = std::move(runs);
  for (std::size_t f = 0; f < places.size(); ++f) {
    answer.footings.push_back(on_footing(answer.question.footings[f], answer.runs, places[f]));
  }
  for (std::size_t b = 0; b < answer.question.builds.size(); ++b) {
    answer.replacements.push_back(replacement(answer, b));
  }
  return answer;
}

// Of footings that nobody asked for, those that some build cannot be put on.
std::vector<std::string> drop_unknown(Question& question, const Finder& finder) {
  std::vector<std::string> not_had;
  if (question.says_footings) return not_had;
  std::vector<Footing> had;
  for (const auto footing : question.footings) {
    std::string reason;
    for (std::size_t b = 0; b < question.builds.size() && reason.empty(); ++b) {
      const auto& run = finder.runs()[finder.stated(b)];
      if (run.is_known() && !amount_of(footing, run.figures)) reason = unknown_text(footing, run);
    }
    if (reason.empty()) {
      had.push_back(footing);
    } else {
      not_had.push_back(fmt::format("{}: {}", name_of(footing), reason));
    }
  }
  question.footings = std::move(had);
  return not_had;
}

// The runs that places speak of, in their order.
std::vector<Run> only_placed(const std::vector<Run>& runs, Places& places) {
  std::vector<Run> kept;
  std::map<std::size_t, std::size_t> moved;
  for (auto& footing : places) {
    for (auto& at : footing) {
      const auto [found, is_new] = moved.try_emplace(at, kept.size());
      if (is_new) kept.push_back(runs[at]);
      at = found->second;
    }
  }
  return kept;
}

}  // namespace

bool Answer::any() const {
  return std::any_of(footings.begin(), footings.end(), [](const OnFooting& one) {
    return std::any_of(one.standings.begin() + 1, one.standings.end(),
                       [](const Standing& standing) { return standing.is_known(); });
  });
}

std::optional<double> amount_of(Footing footing, const Figures& figures) {
  switch (footing) {
    case Footing::kDevices:
      return figures.devices;
    case Footing::kPackages:
      return figures.packages;
    case Footing::kDies:
      return figures.dies;
    case Footing::kPeak:
      return figures.peak.si();
    case Footing::kPower:
      return figures.power.si();
    case Footing::kMoney:
      // What is had for nothing cannot be held equal.
      return figures.capital.value_or(0) > 0 ? figures.capital : std::nullopt;
    case Footing::kTime:
      return figures.rate;
    case Footing::kWafers:
      return figures.wafers;
  }
  return std::nullopt;
}

Waterfall waterfall(Footing footing, const Run& from, const Run& to) {
  Waterfall fall;
  for (std::size_t c = 0; c < kCauseCount; ++c) {
    fall.from[c] = from.causes[c] * a_device(footing, from.figures);
    fall.to[c] = to.causes[c] * a_device(footing, to.figures);
  }
  return fall;
}

Answer answer(const base::Document& document, const base::Catalog& catalog, base::Reading& reading,
              const base::ThreadTeam& team) {
  auto question = read_question(document, catalog, reading);
  Finder finder(question, catalog, reading, team);
  auto not_had = drop_unknown(question, finder);
  Places places;
  for (const auto footing : question.footings) {
    places.emplace_back();
    for (std::size_t b = 0; b < question.builds.size(); ++b) {
      const bool is_scaled = b > 0 && question.sizes == Sizes::kScaled;
      places.back().push_back(is_scaled ? finder.sized(footing, b) : finder.stated(b));
    }
  }
  auto runs = only_placed(finder.runs(), places);
  auto whole = assembled(std::move(question), std::move(runs), places);
  whole.not_had = std::move(not_had);
  return whole;
}

Answer headline_of(const Answer& whole) {
  auto question = whole.question;
  question.footings.clear();
  Places places;
  for (const auto& one : whole.footings) {
    if (!places.empty() && one.footing != Footing::kTime) continue;
    question.footings.push_back(one.footing);
    places.emplace_back();
    for (const auto& standing : one.standings) places.back().push_back(*standing.run);
  }
  auto runs = only_placed(whole.runs, places);
  auto headline = assembled(std::move(question), std::move(runs), places);
  headline.not_had = whole.not_had;
  return headline;
}

Answer answer_again(const Answer& previous, const base::Document& document,
                    const base::Catalog& catalog, base::Reading& reading) {
  auto question = read_question(document, catalog, reading);
  question.footings.clear();
  Places places;
  for (const auto& one : previous.footings) {
    question.footings.push_back(one.footing);
    places.emplace_back();
    for (const auto& standing : one.standings) places.back().push_back(*standing.run);
  }
  std::vector<Run> runs;
  for (const auto& run : previous.runs) {
    runs.push_back(run_again(question, run, catalog, reading));
  }
  auto whole = assembled(std::move(question), std::move(runs), places);
  whole.not_had = previous.not_had;
  return whole;
}

}  // namespace weft::compare
