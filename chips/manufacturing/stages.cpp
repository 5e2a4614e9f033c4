#include "stages.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "weft/manufacturing/die_yield.h"

namespace weft::manufacturing {

namespace {

// Share of dies that reach a clock.
double reaching(const std::optional<ClockSpread>& spread, base::Rate clock) {
  if (!spread || clock.si() <= 0) return 1;
  if (spread->spread <= 0) return clock <= spread->mean ? 1 : 0;
  double deviations = (clock / spread->mean - 1) / spread->spread;
  if (spread->is_lognormal) {
    // The normal distribution under it has this variance, and a mean lower by half of it.
    const double variance = std::log1p(spread->spread * spread->spread);
    deviations = (std::log(clock / spread->mean) + variance / 2) / std::sqrt(variance);
  }
  return 0.5 * std::erfc(deviations / std::numbers::sqrt2);
}

// Tested dies of one bin.
Stage tested(const BinnedDies& before, const BinnedDies& now, double escapes, int dies) {
  Stage stage;
  stage.die_share = now.share - before.share;
  if (stage.die_share <= 0) return stage;
  stage.weak_die = 1 - (now.clean - before.clean) / stage.die_share;
  stage.defects = (now.defects - before.defects) / stage.die_share;
  stage.begun = stage.die_share / (1 - escapes);
  stage.sets = stage.begun * std::pow(1 - escapes, dies);
  return stage;
}

// Any dies in one package: it is of the bin of its worst one.
Stage untested(const BinnedDies& before, const BinnedDies& now, int dies) {
  Stage stage;
  const auto of_worst = [dies](double up_to, double better) {
    return std::pow(up_to, dies) - std::pow(better, dies);
  };
  stage.sets = of_worst(now.share, before.share);
  stage.die_share = now.share - before.share;
  if (stage.sets <= 0) return stage;
  const double clean = of_worst(now.clean, before.clean) / stage.sets;
  stage.weak_die = 1 - std::pow(clean, 1.0 / dies);
  // Defects of one die, the others being good enough, and the share of these sets.
  const auto defects = [dies](const BinnedDies& up_to) {
    return up_to.defects * std::pow(up_to.share, dies - 1);
  };
  stage.defects = (defects(now) - defects(before)) / stage.sets;
  return stage;
}

}  // namespace

std::vector<BinnedDies> binned_dies(const Manufacturing& manufacturing,
                                    base::ArealDensity density) {
  DieDefects die;
  die.mean = density * manufacturing.design.die_area;
  die.core_share = manufacturing.core_share;
  die.cores = manufacturing.cores();
  die.latent = manufacturing.latent.ratio;
  for (const auto& bin : manufacturing.bins) {
    die.most_bad = std::max(die.most_bad, die.cores - bin.cores);
  }
  const auto counts = core_counts(manufacturing.law->mixture(manufacturing.parameters), die);
  std::vector<BinnedDies> all;
  for (const auto& bin : manufacturing.bins) {
    BinnedDies sum;
    for (std::size_t bad = 0; bad + bin.cores <= static_cast<std::size_t>(die.cores); ++bad) {
      sum.share += counts.share[bad];
      sum.clean += counts.clean[bad];
      sum.defects += counts.defects[bad];
    }
    const double share = manufacturing.systematic * reaching(manufacturing.max_clock, bin.clock);
    all.push_back({sum.share * share, sum.clean * share, sum.defects * share});
  }
  return all;
}

double escapes_of(const Manufacturing& manufacturing, const std::vector<BinnedDies>& dies) {
  if (!manufacturing.package.known_good_die) return 0;
  return test_escapes(dies.back().share, manufacturing.test_coverage);
}

std::vector<Stage> stages(const Manufacturing& manufacturing, base::ArealDensity density) {
  const auto dies = binned_dies(manufacturing, density);
  const double escapes = escapes_of(manufacturing, dies);
  const auto& package = manufacturing.package;
  const int per_package = manufacturing.design.dies;
  std::vector<Stage> all;
  BinnedDies before;
  for (std::size_t i = 0; i < dies.size(); ++i) {
    Stage stage = package.known_good_die ? tested(before, dies[i], escapes, per_package)
                                         : untested(before, dies[i], per_package);
    stage.assembled =
        stage.sets * package.assembly * std::pow(package.attach, manufacturing.bins[i].stacks);
    const auto burned = burn_in(stage.weak_die, per_package, manufacturing.survival());
    stage.passed = burned.passed;
    stage.weak = burned.weak;
    all.push_back(stage);
    before = dies[i];
  }
  return all;
}

}  // namespace weft::manufacturing
