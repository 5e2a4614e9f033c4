// From a collective of a group of devices to a schedule with the choices that the closed form
// makes.

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "weft/traffic/run.h"

namespace weft::traffic {

namespace {

using interconnect::Fabric;
using interconnect::GroupShape;
using interconnect::Tier;
using interconnect::TierKind;

constexpr double kMostChunks = 4096;

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

// The tiers that a group crosses, and its units in ranks.
struct Levels {
  std::vector<int> tiers;
  std::vector<std::int32_t> units;
};

Levels levels_of(const GroupShape& shape, std::span<const std::int32_t> group) {
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
  if (!shape.is_even() || !in_order) levels.units.clear();
  return levels;
}

bool closes(const Tier& tier, int children) {
  return tier.kind == TierKind::kRing && tier.wraps && children == tier.children && children > 2;
}

bool is_direct(const Tier& tier) {
  return tier.kind == TierKind::kPair || tier.kind == TierKind::kFullMesh ||
         tier.kind == TierKind::kSwitch;
}

// Chunks that balance the time to fill the pipeline against what each message costs on its own
// [bytes].
int best_chunks(double fill, double bytes, double extra) {
  const double chunks = std::sqrt(fill * bytes / std::max(extra, 1e-9));
  return static_cast<int>(std::clamp(std::round(chunks), 1.0, kMostChunks));
}

// Bytes that the outermost tier could have carried in the time that a message costs besides its
// own.
double cost_in_bytes(const Fabric& fabric, int tier, bool with_latency) {
  const Tier& facts = fabric.tiers()[tier];
  const double rate = facts.link.bandwidth.si() * facts.links_per_device * facts.link.efficiency;
  const double extra = facts.link.half_size.si() * std::max(facts.links_per_device, 1.0);
  return with_latency ? extra + fabric.message_latency(tier).si() * rate : extra;
}

int chunks_of(const Fabric& fabric, Algorithm algorithm, int ranks, int tier, double bytes) {
  if (algorithm == Algorithm::kRing) {
    return best_chunks(ranks - 2, bytes, cost_in_bytes(fabric, tier, false));
  }
  const double depth = std::ceil(std::log2(ranks));
  return best_chunks(2 * depth, bytes, cost_in_bytes(fabric, tier, true));
}

// What the closed form of the direct algorithm has chosen, told by the bytes that it sends. Two
// ranks exchange their vectors at once, which sends no more than in two shots.
bool is_one_shot(Collective collective, double sent, int ranks, double bytes) {
  if (collective == Collective::kBarrier) return true;
  if (collective == Collective::kAllReduce && ranks == 2) return true;
  const double two_shots = collective == Collective::kAllReduce ? 2 : 1 + 1.0 / ranks;
  return std::abs(sent / ((ranks - 1) * bytes / ranks) - two_shots) > 1e-6;
}

ScheduleOptions options_of(const Fabric& fabric, const Levels& levels, const GroupShape& shape) {
  ScheduleOptions options;
  options.units = levels.units;
  const bool has_levels = levels.units.size() + 1 == levels.tiers.size();
  for (std::size_t level = 0; has_levels && level < levels.tiers.size(); ++level) {
    const int tier = levels.tiers[level];
    const Tier& facts = fabric.tiers()[tier];
    if (closes(facts, shape.tiers[tier].children)) options.closed |= 1U << level;
    if (is_direct(facts)) options.direct |= 1U << level;
  }
  return options;
}

}  // namespace

Prepared prepare(const Fabric& fabric, Collective collective, Algorithm algorithm,
                 std::span<const std::int32_t> group, double bytes) {
  const GroupShape shape = shape_of(fabric, group);
  const Levels levels = levels_of(shape, group);
  Prepared prepared;
  const bool is_chosen = algorithm != Algorithm::kNone;
  const interconnect::CollectiveCost cost =
      is_chosen ? fabric.cost(collective, shape, base::Bytes(bytes), algorithm)
                : fabric.cost(collective, shape, base::Bytes(bytes));
  prepared.algorithm = cost.algorithm;
  if (levels.tiers.empty()) throw std::invalid_argument("a group of one device sends nothing");
  const int top = levels.tiers.back();
  const auto ranks = static_cast<std::int32_t>(group.size());

  ScheduleOptions options = options_of(fabric, levels, shape);
  options.chunks = chunks_of(fabric, prepared.algorithm, ranks, top, bytes);
  options.one_shot = is_one_shot(collective, cost.sent[top].si(), ranks, bytes);
  if (std::isfinite(cost.time.si())) {
    prepared.schedule = make_schedule(collective, prepared.algorithm, ranks, bytes, options);
  }
  if (prepared.schedule == nullptr) {
    throw std::invalid_argument(fmt::format("{} by {} does not apply to this group of {}",
                                            name_of(collective), name_of(algorithm), ranks));
  }
  Job& job = prepared.job;
  job.schedule = prepared.schedule.get();
  job.devices.assign(group.begin(), group.end());
  job.all_to_all = collective == Collective::kAllToAll;
  if (prepared.algorithm == Algorithm::kInSwitch) job.in_switch_tier = top;
  for (const int tier : levels.tiers) {
    job.call_overhead = std::max(job.call_overhead, fabric.tiers()[tier].link.call_overhead.si());
  }
  return prepared;
}

}  // namespace weft::traffic
