// From a collective of a group of devices to a schedule with the choices that the closed form
// makes.

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "ways.h"
#include "weft/traffic/run.h"

namespace weft::traffic {

namespace {

using interconnect::Fabric;
using interconnect::GroupShape;
using interconnect::Tier;
using interconnect::TierKind;

GroupShape shape_of(const Fabric& fabric, std::span<const std::int32_t> group) {
  std::vector<std::int64_t> devices(group.begin(), group.end());
  std::sort(devices.begin(), devices.end());
  if (std::adjacent_find(devices.begin(), devices.end()) != devices.end()) {
    throw std::invalid_argument("a device stands twice in a group");
  }
  if (devices.empty() || devices.front() < 0 || devices.back() >= fabric.size()) {
    throw std::invalid_argument(
        fmt::format("a group is of devices 0 to {} of the fabric", fabric.size() - 1));
  }
  return fabric.shape_of(devices);
}

// The tiers that a group crosses, and its units in ranks; of units that are not all alike where
// they begin.
struct Levels {
  std::vector<int> tiers;
  std::vector<std::int32_t> units;
  std::vector<std::vector<std::int32_t>> starts;
};

// The first rank in each unit of a tier, of devices in order.
std::vector<std::int32_t> starts_of(const Fabric& fabric, int tier,
                                    std::span<const std::int32_t> group) {
  const std::int64_t unit = fabric.unit_size(tier);
  std::vector<std::int32_t> starts{0};
  for (std::size_t rank = 1; rank < group.size(); ++rank) {
    if (group[rank] / unit == group[rank - 1] / unit) continue;
    starts.push_back(static_cast<std::int32_t>(rank));
  }
  return starts;
}

Levels crossed_levels(const Fabric& fabric, const GroupShape& shape,
                      std::span<const std::int32_t> group) {
  Levels levels;
  const bool in_order = std::is_sorted(group.begin(), group.end());
  std::int32_t inside = 1;
  for (int tier = 0; tier < interconnect::kMaxTiers; ++tier) {
    const int children = shape.tiers[tier].children;
    if (children < 2) continue;
    levels.tiers.push_back(tier);
    if (inside > 1) levels.units.push_back(inside);
    inside *= children;
  }
  if (shape.is_even() && in_order) return levels;
  levels.units.clear();
  for (std::size_t level = 0; in_order && level + 1 < levels.tiers.size(); ++level) {
    levels.starts.push_back(starts_of(fabric, levels.tiers[level], group));
  }
  return levels;
}

bool closes(const Tier& tier, int children) {
  return tier.kind == TierKind::kRing && tier.wraps && children == tier.children && children > 2;
}

bool is_direct(const Tier& tier) {
  return tier.kind == TierKind::kPair || tier.kind == TierKind::kFullMesh ||
         tier.kind == TierKind::kSwitch;
}

bool is_mesh(const Tier& tier) {
  return tier.kind == TierKind::kFullMesh || tier.kind == TierKind::kLongHaul;
}

// What the closed form of the direct algorithm has chosen, told by the bytes that it sends. Two
// ranks exchange their vectors at once, which sends no more than in two shots.
bool is_one_shot(Collective collective, double sent, int ranks, double bytes) {
  if (collective == Collective::kBarrier) return true;
  if (collective == Collective::kAllReduce && ranks == 2) return true;
  const double two_shots = collective == Collective::kAllReduce ? 2 : 1 + 1.0 / ranks;
  return std::abs(sent / ((ranks - 1) * bytes / ranks) - two_shots) > 1e-6;
}

// Whether each device is joined to a switch of the tier: without one flows leave the reduction to
// the ranks.
bool has_own_switches(const Tier& tier) {
  const bool is_switch = tier.kind == TierKind::kSwitch && tier.switches > 0 &&
                         tier.oversubscription <= 1 && !tier.shares_ports;
  const bool is_tree = tier.kind == TierKind::kFatTree && tier.links_per_device >= 1;
  return is_switch || is_tree;
}

// `in_switch`: tiers, a bit each (CollectiveCost::in_switch). Rings alone know units that differ.
ScheduleOptions options_of(const Fabric& fabric, const Levels& levels, const GroupShape& shape,
                           Algorithm algorithm, std::uint32_t in_switch) {
  ScheduleOptions options;
  options.units = levels.units;
  if (algorithm == Algorithm::kRing) options.starts = levels.starts;
  const auto inner = std::max(options.units.size(), options.starts.size());
  const bool has_levels = inner + 1 == levels.tiers.size();
  for (std::size_t level = 0; has_levels && level < levels.tiers.size(); ++level) {
    const int tier = levels.tiers[level];
    const Tier& facts = fabric.tiers()[tier];
    if (closes(facts, shape.tiers[tier].children)) options.closed |= 1U << level;
    if (is_direct(facts)) options.direct |= 1U << level;
    if (is_mesh(facts)) options.mesh |= 1U << level;
    if (facts.is_dimension()) options.dimensions |= 1U << level;
    if (has_own_switches(facts)) options.in_switch |= (in_switch >> tier & 1U) << level;
  }
  return options;
}

std::unique_ptr<Schedule> uneven_schedule(Collective collective, Algorithm algorithm,
                                          std::int32_t ranks, double bytes,
                                          const PrepareOptions& asked) {
  const bool at_once = algorithm == Algorithm::kDirect;
  if (collective != Collective::kAllToAll) return nullptr;
  if (!at_once && algorithm != Algorithm::kPairwise) return nullptr;
  return all_to_all_v(ranks, skewed(ranks, bytes, asked.skew, asked.seed), at_once);
}

Job job_of(const Fabric& fabric, const Levels& levels, const Prepared& prepared,
           std::span<const std::int32_t> group) {
  Job job;
  job.schedule = prepared.schedule.get();
  job.devices = job.schedule->devices_of(group);
  job.in_switch_tiers = levels.tiers;
  for (const int tier : levels.tiers) {
    job.call_overhead = std::max(job.call_overhead, fabric.tiers()[tier].link.call_overhead.si());
  }
  return job;
}

}  // namespace

std::optional<Prepared> prepare_if_applies(const Fabric& fabric, Collective collective,
                                           Algorithm algorithm, std::span<const std::int32_t> group,
                                           double bytes, const PrepareOptions& asked) {
  GroupShape shape = shape_of(fabric, group);
  shape.alone = asked.alone;
  const Levels levels = crossed_levels(fabric, shape, group);
  if (levels.tiers.empty()) throw std::invalid_argument("a group of one device sends nothing");
  const bool is_chosen = algorithm != Algorithm::kNone;
  const interconnect::CollectiveCost cost =
      is_chosen ? fabric.cost(collective, shape, base::Bytes(bytes), algorithm)
                : fabric.cost(collective, shape, base::Bytes(bytes));
  if (!std::isfinite(cost.time.si())) return std::nullopt;
  const int top = levels.tiers.back();
  const auto ranks = static_cast<std::int32_t>(group.size());
  Prepared prepared;
  prepared.algorithm = cost.algorithm;
  if (asked.skew != 0) {
    prepared.schedule = uneven_schedule(collective, cost.algorithm, ranks, bytes, asked);
  } else {
    ScheduleOptions options = options_of(fabric, levels, shape, cost.algorithm, cost.in_switch);
    options.channels = asked.channels;
    options.chunks = cost.chunks;
    const double sent = cost.sent[top].si() / (1 + cost.detoured);
    options.one_shot = is_one_shot(collective, sent, ranks, bytes);
    prepared.schedule = make_schedule(collective, prepared.algorithm, ranks, bytes, options);
  }
  if (prepared.schedule == nullptr) return std::nullopt;
  prepared.job = job_of(fabric, levels, prepared, group);
  prepared.job.detours = cost.detoured > 0;
  prepared.job.low_latency = cost.low_latency;
  prepared.job.all_to_all = collective == Collective::kAllToAll;
  return prepared;
}

Prepared prepare(const Fabric& fabric, Collective collective, Algorithm algorithm,
                 std::span<const std::int32_t> group, double bytes, const PrepareOptions& asked) {
  auto prepared = prepare_if_applies(fabric, collective, algorithm, group, bytes, asked);
  if (prepared) return std::move(*prepared);
  throw std::invalid_argument(fmt::format("{} by {} does not apply to this group of {}",
                                          name_of(collective), name_of(algorithm), group.size()));
}

double links_of_all_ways(const Network& network, std::span<const std::int32_t> group,
                         const RunOptions& options) {
  constexpr std::size_t kSamples = 64;
  const std::size_t others = group.size() - 1;
  const std::size_t samples = std::min(kSamples, others);
  Ways ways(network, options);
  for (std::size_t i = 0; i < samples; ++i) {
    ways.between(group.front(), group[1 + i * others / samples], 0);
  }
  ways.settle();
  const auto links = static_cast<double>(ways.routes().all_links().size());
  const auto members = static_cast<double>(group.size());
  return links / static_cast<double>(samples) * members * (members - 1);
}

}  // namespace weft::traffic
