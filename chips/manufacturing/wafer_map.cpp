#include "weft/manufacturing/wafer_map.h"

#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include "weft/manufacturing/die_yield.h"

namespace weft::manufacturing {

namespace {

using base::RandomStream;

// Exponential gaps that fit in `mean`.
int poisson(RandomStream& stream, double mean) {
  int events = 0;
  for (double at = stream.exponential(1); at < mean; at += stream.exponential(1)) ++events;
  return events;
}

int block_of(int index) { return (index >= 0 ? index : index - kBlockSide + 1) / kBlockSide; }

// The density of defects at each die, over the mean: one draw per region.
class Densities {
 public:
  Densities(const Manufacturing& manufacturing, RandomStream stream)
      : manufacturing_(manufacturing), stream_(stream) {}

  double at(const DiePlace& place) {
    auto region = std::pair(0, 0);
    if (manufacturing_.region == Region::kDie) region = {place.column, place.row};
    if (manufacturing_.region == Region::kBlock) {
      region = {block_of(place.column), block_of(place.row)};
    }
    const auto [entry, is_new] = known_.try_emplace(region, 0.0);
    if (is_new) entry->second = manufacturing_.law->draw(stream_, manufacturing_.parameters);
    return entry->second;
  }

 private:
  const Manufacturing& manufacturing_;
  RandomStream stream_;
  std::map<std::pair<int, int>, double> known_;
};

double max_clock(const ClockSpread& clock, RandomStream& stream) {
  if (!clock.is_lognormal) return clock.mean.si() * (1 + clock.spread * stream.normal());
  const double variance = std::log1p(clock.spread * clock.spread);
  return clock.mean.si() * std::exp(std::sqrt(variance) * stream.normal() - variance / 2);
}

void scatter(const Manufacturing& manufacturing, const DiePlace& place, int spots, bool is_latent,
             RandomStream& stream, std::vector<Spot>& all) {
  for (int i = 0; i < spots; ++i) {
    const auto x = place.x + manufacturing.die.width * stream.uniform();
    const auto y = place.y + manufacturing.die.height * stream.uniform();
    all.push_back({x, y, is_latent});
  }
}

int bin_of_die(const Manufacturing& manufacturing, int good_cores, double clock) {
  for (std::size_t b = 0; b < manufacturing.bins.size(); ++b) {
    const auto& rule = manufacturing.bins[b];
    const bool is_fast = !manufacturing.max_clock || rule.clock.si() <= clock;
    if (good_cores >= rule.cores && is_fast) return static_cast<int>(b);
  }
  return -1;
}

// Where a defect falls is drawn core by core; where on the picture it stands, anywhere on the die.
SimulatedDie draw_die(const Manufacturing& manufacturing, const DiePlace& place, double mean,
                      RandomStream& stream, std::vector<Spot>& spots) {
  SimulatedDie die;
  die.place = place;
  const int cores = manufacturing.cores();
  int killers = poisson(stream, mean * (1 - manufacturing.core_share));
  const bool is_dead = killers > 0 || stream.uniform() >= manufacturing.systematic;
  for (int core = 0; core < cores; ++core) {
    const int hits = poisson(stream, mean * manufacturing.core_share / cores);
    die.bad_cores += hits > 0 ? 1 : 0;
    killers += hits;
  }
  const int latent = poisson(stream, mean * manufacturing.latent.ratio);
  die.is_latent = latent > 0;
  const double clock = manufacturing.max_clock ? max_clock(*manufacturing.max_clock, stream) : 0;
  if (!is_dead) die.bin = bin_of_die(manufacturing, cores - die.bad_cores, clock);
  scatter(manufacturing, place, killers, false, stream, spots);
  scatter(manufacturing, place, latent, true, stream, spots);
  return die;
}

// Ratio of two sums over wafers, with the standard error of wafers as they come.
class Ratio {
 public:
  void add(double part, double whole) {
    parts_.push_back(part);
    wholes_.push_back(whole);
    part_ += part;
    whole_ += whole;
  }
  [[nodiscard]] SimulatedShare against(double predicted) const {
    if (whole_ <= 0) return {0, 0, predicted};
    const double ratio = part_ / whole_;
    double squares = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const double off = parts_[i] - ratio * wholes_[i];
      squares += off * off;
    }
    const auto n = static_cast<double>(parts_.size());
    return {ratio, std::sqrt(squares * n / (n - 1)) / whole_, predicted};
  }

 private:
  std::vector<double> parts_;
  std::vector<double> wholes_;
  double part_ = 0;
  double whole_ = 0;
};

}  // namespace

SimulatedWafer simulate_wafer(const Manufacturing& manufacturing, base::ArealDensity density,
                              const std::vector<DiePlace>& places, std::uint64_t seed,
                              std::uint64_t index) {
  Densities densities(manufacturing, RandomStream(seed, base::stream_of("wafer density"), index));
  RandomStream stream(seed, base::stream_of("wafer dies"), index);
  const double mean = density * manufacturing.design.die_area;
  SimulatedWafer wafer;
  for (const auto& place : places) {
    wafer.dies.push_back(
        draw_die(manufacturing, place, mean * densities.at(place), stream, wafer.spots));
  }
  return wafer;
}

WaferStatistics simulate_wafers(const Manufacturing& manufacturing, const Bins& bins,
                                std::uint64_t wafers, std::uint64_t seed) {
  if (wafers < 2) throw std::invalid_argument("two wafers or more are needed");
  const auto places = printed_dies(manufacturing.wafer, manufacturing.die);
  std::vector<Ratio> dies(bins.bins.size());
  std::vector<Ratio> latent(bins.bins.size());
  for (std::uint64_t w = 0; w < wafers; ++w) {
    std::vector<double> in_bin(bins.bins.size());
    std::vector<double> weak(bins.bins.size());
    for (const auto& die : simulate_wafer(manufacturing, bins.density, places, seed, w).dies) {
      if (die.bin < 0) continue;
      in_bin[static_cast<std::size_t>(die.bin)] += 1;
      weak[static_cast<std::size_t>(die.bin)] += die.is_latent ? 1 : 0;
    }
    for (std::size_t b = 0; b < in_bin.size(); ++b) {
      dies[b].add(in_bin[b], static_cast<double>(places.size()));
      latent[b].add(weak[b], in_bin[b]);
    }
  }
  WaferStatistics statistics;
  statistics.wafers = wafers;
  for (std::size_t b = 0; b < bins.bins.size(); ++b) {
    statistics.bins.push_back(
        {dies[b].against(bins.bins[b].die_share), latent[b].against(bins.bins[b].latent_per_die)});
  }
  return statistics;
}

}  // namespace weft::manufacturing
