#include "weft/population/filling.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace weft::population {

namespace {

using base::RandomStream;
using base::stream_of;

std::vector<std::uint32_t> drawn_classes(const Population& population, std::size_t packages,
                                         std::uint64_t sample) {
  RandomStream random(population.seed, stream_of("population.bin"), sample);
  std::vector<std::uint32_t> classes(packages);
  for (auto& kind : classes) {
    double left = random.uniform();
    while (kind + 1 < population.classes.size() && left > population.classes[kind].share) {
      left -= population.classes[kind++].share;
    }
  }
  return classes;
}

std::vector<std::uint32_t> expected_classes(const Population& population, std::size_t packages) {
  std::vector<double> shares;
  for (const auto& kind : population.classes) shares.push_back(kind.share);
  const auto counts = largest_remainder(shares, static_cast<std::int64_t>(packages));
  std::vector<std::uint32_t> classes;
  for (std::uint32_t kind = 0; kind < counts.size(); ++kind) {
    classes.insert(classes.end(), static_cast<std::size_t>(counts[kind]), kind);
  }
  return classes;
}

// A truncation that no spread that a document may ask for reaches but once in 10^20 devices.
constexpr double kShortest = 0.01;

double spread_out(const Spread& spread, double z) {
  if (spread.shape == SpreadShape::kLognormal) return std::exp(spread.sigma * z);
  return std::max(1 + spread.sigma * z, kShortest);
}

std::vector<double> device_times(const Population& population,
                                 const std::vector<std::uint32_t>& classes, std::uint64_t sample) {
  RandomStream random(population.seed, stream_of("population.spread"), sample);
  std::vector<double> times;
  times.reserve(classes.size() * static_cast<std::size_t>(population.devices_per_package));
  for (const auto kind : classes) {
    for (int d = 0; d < population.devices_per_package; ++d) {
      const double own = population.classes[kind].time;
      times.push_back(
          population.is_discrete() ? own : own * spread_out(population.spread, random.normal()));
    }
  }
  return times;
}

// The longest of each `size` neighbours, as many as are whole.
std::vector<double> longest_of_each(std::span<const double> times, std::size_t size) {
  std::vector<double> longest;
  for (std::size_t first = 0; first + size <= times.size(); first += size) {
    const auto some = times.subspan(first, size);
    longest.push_back(*std::max_element(some.begin(), some.end()));
  }
  return longest;
}

std::vector<double> put_into_hosts(const std::vector<double>& times, const Assignment& packages,
                                   std::size_t devices_per_package) {
  std::vector<double> placed;
  placed.reserve(times.size());
  for (const std::size_t package : packages) {
    for (std::size_t d = 0; d < devices_per_package; ++d) {
      placed.push_back(times[package * devices_per_package + d]);
    }
  }
  return placed;
}

// Each host has one draw: those below the share, or as many of the lowest as are expected.
std::vector<std::uint32_t> slow_hosts(const Population& population, std::size_t hosts,
                                      std::uint64_t sample) {
  std::vector<std::uint32_t> slow;
  if (population.slow.share == 0) return slow;
  RandomStream random(population.seed, stream_of("population.slow"), sample);
  std::vector<double> draws(hosts);
  for (auto& draw : draws) draw = random.uniform();
  if (population.draw == Draw::kExpected) {
    slow = fastest_first(draws);
    slow.resize(
        static_cast<std::size_t>(std::llround(population.slow.share * static_cast<double>(hosts))));
    return slow;
  }
  for (std::uint32_t h = 0; h < draws.size(); ++h) {
    if (draws[h] < population.slow.share) slow.push_back(h);
  }
  return slow;
}

// Devices that are placed together, and how many of them make up a stage.
struct Units {
  std::size_t size = 1;
  std::int64_t per_stage = 1;
};

Units units_of(const Population& population, const Structure& structure) {
  const int group = structure.group;
  const int host = population.devices_per_host;
  if (host % group == 0 && structure.replicas % (host / group) == 0) {
    return {static_cast<std::size_t>(host), structure.replicas / (host / group)};
  }
  return {static_cast<std::size_t>(group), structure.replicas};
}

}  // namespace

Filling fill(const Population& population, std::int64_t hosts, const Placement& placement,
             std::uint64_t sample) {
  const auto per_package = static_cast<std::size_t>(population.devices_per_package);
  const auto per_host = static_cast<std::size_t>(population.devices_per_host);
  const auto packages = static_cast<std::size_t>(hosts) * per_host / per_package;
  const auto classes = population.draw == Draw::kExpected
                           ? expected_classes(population, packages)
                           : drawn_classes(population, packages, sample);
  const auto times = device_times(population, classes, sample);
  RandomStream random(population.seed, stream_of("population.place"), sample);
  const auto order = placement.build(longest_of_each(times, per_package), random);

  Filling filling;
  filling.packages.resize(population.classes.size());
  for (const auto kind : classes) ++filling.packages[kind];
  filling.times = put_into_hosts(times, order, per_package);
  for (const std::size_t host : slow_hosts(population, static_cast<std::size_t>(hosts), sample)) {
    ++filling.slow_hosts;
    for (std::size_t d = 0; d < per_host; ++d) {
      filling.times[host * per_host + d] /= population.slow.speed;
    }
  }
  return filling;
}

std::vector<double> group_times(const Population& population, const Structure& structure,
                                const Placement& placement, const Filling& filling) {
  check(structure);
  const auto units = units_of(population, structure);
  const Places places{structure.stage_times, units.per_stage};
  const auto unit_times = longest_of_each(filling.times, units.size);
  if (static_cast<std::int64_t>(unit_times.size()) < places.count()) {
    throw std::invalid_argument(fmt::format("a job on {} devices does not fit {} devices",
                                            structure.devices(), filling.times.size()));
  }
  const auto group = static_cast<std::size_t>(structure.group);
  std::vector<double> times;
  times.reserve(static_cast<std::size_t>(structure.replicas) * places.stage_times.size());
  for (const std::size_t unit : placement.place(unit_times, places)) {
    const std::span<const double> devices(&filling.times[unit * units.size], units.size);
    for (const double longest : longest_of_each(devices, group)) times.push_back(longest);
  }
  return times;
}

std::vector<AlikePipelines> fold(const std::vector<double>& group_times, const Structure& structure,
                                 double resolution) {
  const auto replicas = static_cast<std::size_t>(structure.replicas);
  const auto stages = static_cast<std::size_t>(structure.stages());
  const auto rounded = [&](double t) {
    return resolution > 0 ? resolution * std::round(t / resolution) : t;
  };
  std::vector<std::vector<double>> pipelines(replicas, std::vector<double>(stages));
  for (std::size_t s = 0; s < stages; ++s) {
    for (std::size_t r = 0; r < replicas; ++r) {
      pipelines[r][s] = rounded(group_times[s * replicas + r]);
    }
  }
  std::sort(pipelines.begin(), pipelines.end());
  std::vector<AlikePipelines> folded;
  for (auto& times : pipelines) {
    if (folded.empty() || folded.back().times != times) folded.push_back({std::move(times), 0});
    ++folded.back().count;
  }
  return folded;
}

}  // namespace weft::population
