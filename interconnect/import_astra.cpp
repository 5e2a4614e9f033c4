// ASTRA-sim network files as tiers.

#include <climits>
#include <cmath>
#include <filesystem>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "tier_kinds.h"
#include "weft/interconnect/import.h"

namespace weft::interconnect {

namespace {

constexpr double kGibi = 1 << 30;

struct Dimension {
  const char* name;
  TierKind kind;
  int links_on_way;  // from one device to a neighbour
};

constexpr Dimension kDimensions[] = {
    {"Ring", TierKind::kRing, 1},
    {"FullyConnected", TierKind::kFullMesh, 1},
    {"Switch", TierKind::kSwitch, 2},
};

std::size_t dimension_of(const base::Node& node, base::Reading& reading) {
  std::vector<std::string> names;
  for (const Dimension& dimension : kDimensions) names.emplace_back(dimension.name);
  return base::choice_of(node, reading, names);
}

Tier tier_of(std::size_t index, const Dimension& dimension, std::int64_t devices_inside) {
  Tier tier;
  tier.kind = dimension.kind;
  tier.name = fmt::format("dimension {}", index + 1);
  tier.link.name = fmt::format("{} of dimension {}", dimension.name, index + 1);
  tier.passes_on = dimension.kind == TierKind::kFullMesh && devices_inside > 1;
  // Each set of devices with one place in the inner dimensions has a switch of its own.
  tier.switches = dimension.kind == TierKind::kSwitch ? devices_inside : 0;
  return tier;
}

int children_of(const base::Node& node, base::Reading& reading) {
  const std::int64_t children = base::integer_of(node, reading, "astra", 1);
  if (children <= INT_MAX) return static_cast<int>(children);
  reading.error(node, "too many");
  return 1;
}

double positive(const base::Node& node, base::Reading& reading, const char* what) {
  const double value = base::number_of(node, reading, "astra");
  if (!(value > 0) || !std::isfinite(value)) {
    reading.error(node, fmt::format("a {} of more than 0 is expected here", what));
    return 1;
  }
  return value;
}

}  // namespace

std::vector<Tier> read_astra(const base::Document& document, base::Reading& reading) {
  base::Fields fields(document.root(), reading, "astra");
  const auto topologies = fields.list("topology");
  const auto counts = fields.list("npus_count");
  const auto bandwidths = fields.list("bandwidth");
  const auto latencies = fields.list("latency");
  fields.finish();
  const std::size_t dimensions = topologies.size();
  const bool is_whole = dimensions > 0 && counts.size() == dimensions &&
                        bandwidths.size() == dimensions && latencies.size() == dimensions;
  if (!is_whole) {
    reading.error(fields.node(),
                  fmt::format("one topology, npus_count, bandwidth and latency per dimension is "
                              "expected; there are {}, {}, {} and {}",
                              dimensions, counts.size(), bandwidths.size(), latencies.size()));
    return {};
  }
  std::vector<Tier> tiers;
  std::int64_t devices = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const Dimension& dimension = kDimensions[dimension_of(topologies[i], reading)];
    Tier tier = tier_of(i, dimension, devices);
    tier.children = children_of(counts[i], reading);
    tier.link.bandwidth = base::Bandwidth(positive(bandwidths[i], reading, "bandwidth") * kGibi);
    const double nanoseconds = base::number_of(latencies[i], reading, "astra");
    if (!(nanoseconds >= 0)) reading.error(latencies[i], "a latency is 0 or more");
    tier.link.latency = base::Time(dimension.links_on_way * nanoseconds * 1e-9);
    devices *= tier.children;
    tiers.push_back(std::move(tier));
  }
  return tiers;
}

std::vector<Tier> read_astra_tiers(base::Fields& fields, const TierContext&) {
  const std::string file = fields.text("file");
  const auto written = fields.value("file");
  if (file.empty() || !written) return {};
  const auto path = std::filesystem::path(written->source()->name).parent_path() / file;
  try {
    return read_astra(base::Document::load(path), fields.reading());
  } catch (const std::system_error& error) {
    fields.reading().error(*written, fmt::format("{}: {}", path.string(), error.code().message()));
    return {};
  }
}

}  // namespace weft::interconnect
