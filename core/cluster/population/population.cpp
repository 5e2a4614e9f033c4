#include "weft/population/population.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "classes.h"

namespace weft::population {

namespace {

double ratio_of(int some, int all) {
  return some > 0 && all > 0 ? static_cast<double>(some) / all : 1.0;
}

DeviceClass class_of(const manufacturing::Bin& bin, const manufacturing::Design& design) {
  DeviceClass kind;
  kind.bin = bin.name;
  kind.share = bin.share;
  // Without the number that were built, a die is one core.
  if (design.cores_built > 0) kind.cores = bin.cores;
  kind.stacks = bin.stacks;
  kind.compute = ratio_of(kind.cores, design.cores_enabled) * bin.clock_factor;
  kind.bandwidth = kind.capacity = ratio_of(bin.stacks, design.stacks);
  kind.time = 1.0 / std::min(kind.compute, kind.bandwidth);
  kind.p_latent = bin.p_latent;
  return kind;
}

DeviceClass as_sold(const chips::Chip& chip) {
  DeviceClass kind;
  kind.bin = "as sold";
  kind.cores = chip.cores_enabled;
  kind.stacks = chip.memory_stacks;
  return kind;
}

}  // namespace

std::vector<DeviceClass> classes_of(const manufacturing::Bins& bins,
                                    const manufacturing::Design& design) {
  std::vector<DeviceClass> classes;
  for (const auto& bin : bins.bins) classes.push_back(class_of(bin, design));
  return classes;
}

bool Population::is_uniform() const {
  const auto sound = [](const DeviceClass& kind) { return kind.time == 1.0; };
  return is_discrete() && (slow.share == 0 || slow.speed == 1) &&
         std::all_of(classes.begin(), classes.end(), sound);
}

double Population::mean_compute() const {
  double sum = 0;
  for (const auto& kind : classes) sum += kind.share * kind.compute;
  return sum;
}

double Population::mean_power() const {
  double sum = 0;
  for (const auto& kind : classes) sum += kind.share * kind.power;
  return sum;
}

double Population::least_capacity() const {
  double least = 1;
  for (const auto& kind : classes) least = std::min(least, kind.capacity);
  return least;
}

void limit_memory(const Population& population, cluster::Cluster& cluster) {
  cluster.chip.device.memory_capacity *= population.least_capacity();
  cluster.chip.device.memory_usable *= population.least_capacity();
}

void adopt_fastest(Population& population, cluster::Cluster& cluster) {
  auto& classes = population.classes;
  auto fastest =
      *std::min_element(classes.begin(), classes.end(),
                        [](const DeviceClass& a, const DeviceClass& b) { return a.time < b.time; });
  fastest.capacity = 1;
  fastest.power = 1;
  cluster.chip.device = device_of(cluster.chip.device, fastest);
  for (auto& kind : classes) {
    kind.compute /= fastest.compute;
    kind.bandwidth /= fastest.bandwidth;
    kind.time /= fastest.time;
  }
}

Population population_of(const cluster::Cluster& cluster) {
  Population population;
  population.devices_per_package = cluster.chip.devices();
  population.devices_per_host = cluster.host.devices;
  if (const auto& made = cluster.chip.manufacturing) {
    const auto bins = manufacturing::make_bins(*made);
    population.survival = bins.survival;
    for (auto& kind : classes_of(bins, made->design)) {
      if (kind.share > 0) population.classes.push_back(std::move(kind));
    }
  }
  if (population.classes.empty()) population.classes.push_back(as_sold(cluster.chip));
  return population;
}

std::vector<std::int64_t> largest_remainder(const std::vector<double>& shares, std::int64_t total) {
  std::vector<std::int64_t> counts;
  std::vector<double> remainders;
  for (const double share : shares) {
    const double exact = share * static_cast<double>(total);
    // A share such as 0.7 of 10 is not quite 7.
    const double whole = std::floor(exact + 1e-9 * std::max(1.0, exact));
    counts.push_back(static_cast<std::int64_t>(whole));
    remainders.push_back(exact - whole);
  }
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return remainders[a] > remainders[b]; });
  auto left = total - std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  for (std::size_t i = 0; left > 0; i = (i + 1) % order.size(), --left) ++counts[order[i]];
  return counts;
}

}  // namespace weft::population
