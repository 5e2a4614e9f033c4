#include "worth.h"

#include <algorithm>
#include <limits>

namespace weft::supply_study {

namespace {

// NaN where a figure of a package is not known: sums with it are not known either.
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

PackageFigures figures_of_chip(const chips::Chip& chip, chips::Precision precision) {
  const double devices = chip.devices();
  const auto& device = chip.device;
  return {devices * device.peaks.matrix[chips::index_of(precision)].si(),
          devices * device.memory_capacity.si(), chip.dies, std::nullopt};
}

// What a metric adds up.
double figure_of(const PackageFigures& package, Metric metric) {
  switch (metric) {
    case Metric::kPeakShare:
      return package.peak;
    case Metric::kTokenShare:
      return package.tokens.value_or(kUnknown);
    case Metric::kChipsShare:
      return 1;
    case Metric::kMemoryRatio:
      return package.memory;
  }
  return kUnknown;
}

double packages_counted(const supply::Shipped& shipped, double count, int dies, Counting counting) {
  const bool of_dies = shipped.counts_dies.value_or(counting == Counting::kDies);
  return of_dies ? count / dies : count;
}

}  // namespace

Valuer::Valuer(const Question& question, const study::Study& study,
               const std::vector<study::CaseResult>& runs)
    : question_(question), study_(study) {
  const auto precision = study.job.precision;
  for (std::size_t c = 0; c < study.cases.size(); ++c) {
    auto figures = figures_of_chip(study.cases[c].cluster.chip, precision);
    const auto& outcome = runs[c].outcome;
    if (outcome) figures.tokens = outcome->tokens_per_second / outcome->packages_used;
    cases_.push_back(figures);
  }
  const auto of_chip = [&](const chips::Chip& chip) {
    auto figures = figures_of_chip(chip, precision);
    for (std::size_t c = study.cases.size(); c > 0; --c) {
      const bool has_it = study.cases[c - 1].cluster.chip.id == chip.id;
      if (has_it && cases_[c - 1].tokens) figures.tokens = cases_[c - 1].tokens;
    }
    return figures;
  };
  for (const auto& chip : question.made.chips) own_.push_back(of_chip(chip));
  if (!question.other) return;
  const auto& other = *question.other;
  for (std::size_t c = other.line.products.size(); c < other.chips.size(); ++c) {
    other_.push_back(of_chip(other.chips[c]));
  }
}

std::vector<std::size_t> Valuer::foreign_cases() const {
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < study_.cases.size(); ++c) {
    const auto& chips = question_.made.chips;
    const auto& id = study_.cases[c].cluster.chip.id;
    const bool is_own =
        std::any_of(chips.begin(), chips.end(), [&](const auto& chip) { return chip.id == id; });
    if (!is_own) all.push_back(c);
  }
  return all;
}

std::vector<Worth> Valuer::worth() const {
  std::vector<Worth> all;
  for (const auto c : foreign_cases()) {
    for (std::size_t p = 0; p < own_.size(); ++p) {
      Worth worth{p, c, std::nullopt, own_[p].peak / cases_[c].peak};
      if (own_[p].tokens && cases_[c].tokens) worth.tokens = *own_[p].tokens / *cases_[c].tokens;
      all.push_back(worth);
    }
  }
  return all;
}

std::vector<YearWorth> Valuer::year_worth(const Worlds& worlds) const {
  std::vector<YearWorth> all;
  for (const auto c : foreign_cases()) {
    YearWorth worth{c, {}, {}};
    for (int year = question_.from.year(); year <= question_.to.year(); ++year) {
      const auto sum = [&](const World& world, bool of_tokens) {
        double total = 0;
        for (std::size_t p = 0; p < own_.size(); ++p) {
          const double each = of_tokens ? own_[p].tokens.value_or(0) / cases_[c].tokens.value_or(1)
                                        : own_[p].peak / cases_[c].peak;
          total += each * supply::packages_in(world.flows, year, static_cast<int>(p));
        }
        return total;
      };
      worth.tokens.push_back(range_of(worlds, [&](const World& w) { return sum(w, true); }));
      worth.peak.push_back(range_of(worlds, [&](const World& w) { return sum(w, false); }));
    }
    all.push_back(std::move(worth));
  }
  return all;
}

std::optional<double> Valuer::shipped(const World& world, int year, Counting counting) const {
  double packages = 0;
  bool any = false;
  for (std::size_t s = 0; s < world.shipped.size(); ++s) {
    for (const auto& entry : world.shipped[s].years) {
      if (entry.year != year) continue;
      packages += packages_counted(world.shipped[s], entry.count, other_[s].dies, counting);
      any = true;
    }
  }
  return any ? std::optional(packages) : std::nullopt;
}

std::optional<double> Valuer::metric(const World& world, Metric metric, int year, Counting counting,
                                     const std::optional<double>& packages) const {
  double theirs = 0;
  for (std::size_t s = 0; s < world.shipped.size(); ++s) {
    for (const auto& entry : world.shipped[s].years) {
      if (entry.year != year) continue;
      const double count =
          packages_counted(world.shipped[s], entry.count, other_[s].dies, counting);
      theirs += count * figure_of(other_[s], metric);
    }
  }
  double ours = 0;
  double made = 0;
  for (std::size_t p = 0; p < own_.size(); ++p) {
    const double count = supply::packages_in(world.flows, year, static_cast<int>(p));
    if (count <= 0) continue;
    made += count;
    ours += count * figure_of(own_[p], metric);
  }
  // As many packages as someone else counts, of the kinds that are made here.
  if (packages && made > 0) ours *= *packages / made;
  const bool is_known = theirs > 0 && std::isfinite(ours) && ours > 0;
  if (!is_known) return std::nullopt;
  return metric == Metric::kMemoryRatio ? theirs / ours : ours / theirs;
}

std::vector<ForeignYear> Valuer::foreign(const Worlds& worlds) const {
  std::vector<ForeignYear> all;
  if (!question_.other) return all;
  for (int year = question_.from.year(); year <= question_.to.year(); ++year) {
    ForeignYear entry;
    entry.year = year;
    for (std::size_t k = 0; k < kCountings; ++k) {
      const auto counting = static_cast<Counting>(k);
      entry.packages[k] =
          known_range(worlds, [&](const World& w) { return shipped(w, year, counting); });
      for (std::size_t m = 0; m < kMetrics; ++m) {
        entry.metrics[m][k] = known_range(worlds, [&](const World& w) {
          return metric(w, static_cast<Metric>(m), year, counting, std::nullopt);
        });
      }
    }
    all.push_back(entry);
  }
  return all;
}

std::vector<ClaimAnswer> Valuer::claims(const Worlds& worlds) const {
  std::vector<ClaimAnswer> all;
  for (const auto& claim : question_.claims) {
    ClaimAnswer answer{claim, {}};
    for (std::size_t k = 0; k < kCountings; ++k) {
      answer.found[k] = known_range(worlds, [&](const World& w) {
        return metric(w, claim.metric, claim.year, static_cast<Counting>(k), claim.packages);
      });
    }
    all.push_back(std::move(answer));
  }
  return all;
}

}  // namespace weft::supply_study
