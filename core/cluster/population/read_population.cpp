#include <cmath>

#include <fmt/format.h>

#include "classes.h"
#include "weft/population/placement.h"
#include "weft/population/population.h"

namespace weft::population {

namespace {

using base::Fields;

constexpr double kSumTolerance = 1e-6;
// Beyond it a normal spread would have devices that take no time.
constexpr double kWidestSpread = 0.1;

void complain(Fields& fields, const char* key, const std::string& what) {
  fields.reading().error(fields.value(key).value_or(fields.node()), what);
}

double within(Fields& fields, const char* key, double low, double high, double fallback) {
  const double value = fields.number(key, fallback);
  if (value >= low && value <= high) return value;
  complain(fields, key, fmt::format("a number from {} to {} is expected here", low, high));
  return fallback;
}

// Packages of the bins that are named, in the order of the chip's document.
void read_bins(Fields& fields, const cluster::Cluster& cluster, Population& population) {
  auto shares = fields.maybe_map("bins");
  if (!shares) return;
  if (!cluster.chip.manufacturing) {
    complain(fields, "bins",
             fmt::format("'manufacturing' is missing in the document of {}: it "
                         "names the bins",
                         cluster.chip.id));
    return;
  }
  std::vector<DeviceClass> classes;
  double sum = 0;
  const auto& made = *cluster.chip.manufacturing;
  for (auto& kind : classes_of(manufacturing::make_bins(made), made.design)) {
    if (!shares->has(kind.bin)) continue;
    kind.share = within(*shares, kind.bin.c_str(), 0, 1, 0);
    sum += kind.share;
    if (kind.share > 0) classes.push_back(std::move(kind));
  }
  const auto errors = fields.reading().diagnostics().size();
  shares->finish();
  if (fields.reading().diagnostics().size() > errors) return;
  if (std::abs(sum - 1) > kSumTolerance) {
    complain(fields, "bins",
             fmt::format("the shares of the bins sum to {:.4g} %, not to 100 %", 100 * sum));
    return;
  }
  population.classes = std::move(classes);
  population.bins_given = true;
}

std::string read_placement(Fields& fields) {
  std::vector<std::string> names;
  for (const auto& placement : placements()) names.emplace_back(placement.name);
  return names[fields.choice("placement", names, 0)];
}

SlowHosts read_slow(std::optional<Fields> fields) {
  SlowHosts slow;
  if (!fields) return slow;
  slow.share = within(*fields, "share", 0, 1, 0);
  slow.speed = fields->share("factor");
  fields->finish();
  return slow;
}

Lemons read_lemons(std::optional<Fields> fields) {
  Lemons lemons;
  if (!fields) return lemons;
  lemons.share = within(*fields, "share", 0, 1, 0);
  lemons.multiplier = within(*fields, "multiplier", 1, 1e6, 1);
  fields->finish();
  return lemons;
}

Acceptance read_acceptance(std::optional<Fields> fields) {
  Acceptance acceptance;
  if (!fields) return acceptance;
  acceptance.bad_hosts = within(*fields, "bad_hosts", 0, 0.99, 0);
  acceptance.time = fields->quantity<base::Time>("time", base::Time(0));
  if (acceptance.time.si() < 0) complain(*fields, "time", "0 or more is expected here");
  acceptance.finds_lemons = within(*fields, "finds_lemons", 0, 1, 0);
  fields->finish();
  return acceptance;
}

}  // namespace

Population read_population(Fields fields, const cluster::Cluster& cluster) {
  auto population = population_of(cluster);
  read_bins(fields, cluster, population);
  population.placement = read_placement(fields);
  population.spread.sigma = within(fields, "clock_spread", 0, kWidestSpread, 0);
  population.spread.shape =
      static_cast<SpreadShape>(fields.choice("clock_shape", {"lognormal", "normal"}, 0));
  population.leakage.share = within(fields, "leakage_share", 0, 1, 0);
  population.leakage.spread = within(fields, "leakage_spread", 0, 1, 0);
  const double spread = population.leakage.spread;
  // The mean of a lognormal is e^{σ²/2} times its median.
  const double more = population.leakage.share * std::expm1(0.5 * spread * spread);
  for (auto& kind : population.classes) kind.power = 1 + more;
  population.slow = read_slow(fields.maybe_map("slow"));
  population.lemons = read_lemons(fields.maybe_map("lemons"));
  population.acceptance = read_acceptance(fields.maybe_map("acceptance"));
  population.draw =
      fields.choice("draw", {"sampled", "expected"}, 0) == 0 ? Draw::kSampled : Draw::kExpected;
  population.samples = fields.small_integer("samples", 1, population.samples);
  population.seed = static_cast<std::uint64_t>(
      fields.integer("seed", 0, static_cast<std::int64_t>(population.seed)));
  fields.finish();
  return population;
}

}  // namespace weft::population
