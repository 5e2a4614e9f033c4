#include "weft/manufacturing/bins.h"

#include "stages.h"
#include "weft/manufacturing/die_yield.h"

namespace weft::manufacturing {

namespace {

Bin bin_of(const Manufacturing& manufacturing, const BinRule& rule, const Stage& stage,
           double sets) {
  const auto& design = manufacturing.design;
  Bin bin;
  bin.name = rule.name;
  bin.sold_as = rule.sold_as;
  bin.cores = rule.cores;
  bin.clock = rule.clock;
  bin.clock_factor = design.clock.si() > 0 && rule.clock.si() > 0 ? rule.clock / design.clock : 1.0;
  bin.stacks = rule.stacks;
  bin.die_share = stage.die_share;
  bin.packages = sets * stage.assembled * stage.passed;
  bin.latent_per_die = stage.weak_die;
  bin.p_latent = stage.weak;
  bin.passed_burn_in = stage.passed;
  bin.defects = stage.defects;
  return bin;
}

// Over the bins of this chip.
struct Own {
  double sets = 0;  // of good dies, of those printed
  double begun = 0;
  double assembled = 0;
  double good = 0;
  double weak = 0;
};

Own own_of(const Manufacturing& manufacturing, const std::vector<Stage>& all) {
  Own own;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!manufacturing.bins[i].sold_as.empty()) continue;
    own.sets += all[i].sets;
    own.begun += all[i].begun;
    own.assembled += all[i].assembled;
    own.good += all[i].assembled * all[i].passed;
    own.weak += all[i].assembled * all[i].passed * all[i].weak;
  }
  return own;
}

double all_sets(const std::vector<Stage>& all) {
  double sets = 0;
  for (const auto& stage : all) sets += stage.sets;
  return sets;
}

// `sets` are printed per wafer. What is spent on packages that fail is borne by the good ones.
std::optional<Cost> cost_of(const Manufacturing& manufacturing, const Own& own, double sold,
                            double sets) {
  if (!manufacturing.prices || own.good <= 0 || sets <= 0) return std::nullopt;
  const auto& prices = *manufacturing.prices;
  const double begun = own.begun / own.good;
  Cost cost;
  cost.currency = prices.currency;
  cost.dies = prices.wafer / sets * (own.sets / sold) / own.good;
  cost.memory = prices.memory * begun;
  cost.assembly = prices.assembly * begun;
  cost.test = prices.test * begun;
  cost.burn_in = prices.burn_in * manufacturing.burn_in.time.si() * own.assembled / own.good;
  return cost;
}

}  // namespace

Bins make_bins(const Manufacturing& manufacturing, base::ArealDensity density) {
  const auto all = stages(manufacturing, density);
  Bins bins;
  bins.density = density;
  bins.printed_dies =
      static_cast<double>(printed_dies(manufacturing.wafer, manufacturing.die).size());
  bins.estimated_dies = estimated_dies(manufacturing.wafer, manufacturing.die);
  const double sets = bins.printed_dies / manufacturing.design.dies;
  auto own = own_of(manufacturing, all);
  // Untested dies all go into packages.
  if (!manufacturing.package.known_good_die) own.begun = 1;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto bin = bin_of(manufacturing, manufacturing.bins[i], all[i], sets);
    bins.sold_yield += bin.die_share;
    if (bin.sold_as.empty() && own.good > 0) bin.share = bin.packages / (sets * own.good);
    bins.bins.push_back(std::move(bin));
  }
  bins.perfect_yield = perfect_yield(manufacturing, density);
  bins.escapes = escapes_of(manufacturing, binned_dies(manufacturing, density));
  bins.package_yield = own.begun > 0 ? own.good / own.begun : 0;
  bins.good_packages = sets * own.good;
  bins.p_latent = own.good > 0 ? own.weak / own.good : 0;
  bins.passed_burn_in = own.assembled > 0 ? own.good / own.assembled : 1;
  bins.cost = cost_of(manufacturing, own, all_sets(all), sets);
  bins.survival = manufacturing.survival();
  return bins;
}

Bins make_bins(const Manufacturing& manufacturing) {
  return make_bins(manufacturing, defect_density(manufacturing));
}

}  // namespace weft::manufacturing
