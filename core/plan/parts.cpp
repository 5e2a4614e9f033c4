#include "weft/plan/parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

namespace weft::plan {

namespace {

std::size_t place(int i) { return static_cast<std::size_t>(i); }

bool are_in_order(const std::vector<int>& parts) {
  return std::is_sorted(parts.begin(), parts.end());
}

// A part that has fewer devices than its stages need, or -1.
int overfull_part(const cluster::Cluster& cluster, const Plan& plan) {
  for (int p = 0; p < cluster.parts(); ++p) {
    if (plan.stages_in(p) * plan.devices_of_stage() > cluster.part(p).devices()) return p;
  }
  return -1;
}

std::string misplaced_text(const cluster::Cluster& cluster, const Plan& plan) {
  const int count = cluster.parts();
  if (!cluster.is_mixed()) {
    return plan.parts.empty() ? "" : fmt::format("parts: {} has only one", cluster.label);
  }
  if (plan.parts.empty()) {
    return fmt::format(
        "parts: a pipeline of {} over {} parts: each needs a stage, and devices for it",
        plan.pipeline, count);
  }
  if (static_cast<int>(plan.parts.size()) != plan.pipeline) {
    return fmt::format("parts: {} entries for a pipeline of {}", plan.parts.size(), plan.pipeline);
  }
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    const int part = plan.part_of(stage);
    if (part >= 0 && part < count) continue;
    return fmt::format("parts: stage {} is on part {}; there are parts 0 to {}", stage, part,
                       count - 1);
  }
  for (int p = 0; p < count; ++p) {
    if (plan.stages_in(p) > 0) continue;
    return fmt::format("parts: no stage is on part {} ({})", p, cluster.part(p).name);
  }
  if (traits_of(plan.schedule).placement == Placement::kBothWays) {
    return fmt::format(
        "schedule {}: each stage holds two pieces of the model, which parts of a "
        "mixed cluster do not share",
        name_of(plan.schedule));
  }
  return "";
}

// The stages of each part: where they are highest averages (D'Hondt) of the devices.
std::vector<int> stages_of_parts(const std::vector<std::int64_t>& devices,
                                 const std::vector<int>& most, int stages) {
  std::vector<int> counts(devices.size(), 1);
  for (int left = stages - static_cast<int>(counts.size()); left > 0; --left) {
    std::size_t next = devices.size();
    for (std::size_t p = 0; p < devices.size(); ++p) {
      if (counts[p] == most[p]) continue;
      if (next == devices.size() ||
          devices[p] * (counts[next] + 1) > devices[next] * (counts[p] + 1)) {
        next = p;
      }
    }
    ++counts[next];
  }
  return counts;
}

// Which virtual stages of a stage get one more first: that with the embedding last.
std::vector<int> order_of_chunks(const PipelineShape& shape, int stage) {
  std::vector<int> order(place(shape.chunks()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_partition(order.begin(), order.end(),
                        [&](int chunk) { return shape.virtual_stage(stage, chunk) != 0; });
  return order;
}

}  // namespace

std::vector<int> placed_stages(const cluster::Cluster& cluster, const Plan& plan) {
  if (!cluster.is_mixed() || plan.pipeline < cluster.parts()) return {};
  std::vector<std::int64_t> devices;
  std::vector<int> most;
  for (int p = 0; p < cluster.parts(); ++p) {
    devices.push_back(cluster.part(p).devices());
    most.push_back(static_cast<int>(
        std::min<std::int64_t>(devices.back() / plan.devices_of_stage(), plan.pipeline)));
    if (most.back() == 0) return {};
  }
  if (std::accumulate(most.begin(), most.end(), 0) < plan.pipeline) return {};
  const auto counts = stages_of_parts(devices, most, plan.pipeline);
  std::vector<int> parts;
  for (std::size_t p = 0; p < counts.size(); ++p) {
    parts.insert(parts.end(), place(counts[p]), static_cast<int>(p));
  }
  return parts;
}

std::optional<Problem> problem_of_parts(const cluster::Cluster& cluster, const Plan& plan) {
  if (!cluster.is_mixed() && plan.parts.empty()) return std::nullopt;
  if (!misplaced_text(cluster, plan).empty()) return Problem::kParts;
  if (overfull_part(cluster, plan) >= 0) return Problem::kTooManyDevices;
  return std::nullopt;
}

std::string parts_problem_text(const cluster::Cluster& cluster, const Plan& plan) {
  auto text = misplaced_text(cluster, plan);
  if (!text.empty()) return text;
  const int part = overfull_part(cluster, plan);
  if (part < 0) return "";
  const int stages = plan.stages_in(part);
  return fmt::format("{} of {} devices need {} of part {} ({}), which has {}",
                     stages == 1 ? std::string("a stage") : fmt::format("{} stages", stages),
                     plan.devices_of_stage(), stages * plan.devices_of_stage(), part,
                     cluster.part(part).name, cluster.part(part).devices());
}

std::string parts_text(const Plan& plan) {
  if (plan.parts.empty()) return "";
  if (!are_in_order(plan.parts)) return fmt::format("({})", fmt::join(plan.parts, "-"));
  std::vector<int> counts;
  for (int p = 0; p <= plan.parts.back(); ++p) counts.push_back(plan.stages_in(p));
  return fmt::format("({})", fmt::join(counts, "+"));
}

std::vector<int> balanced_layers(const Plan& plan, int layers, std::span<const StageLoad> stages) {
  const auto shape = plan.shape(1);
  const int chunks = shape.chunks();
  std::vector<int> counts(stages.size(), chunks);
  const auto next_of = [&](bool all) {
    std::size_t next = stages.size();
    double least = 0;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const auto stage = (i + 1) % stages.size();
      if (!all && counts[stage] >= stages[stage].most) continue;
      const double time = stages[stage].ends + (counts[stage] + 1) * stages[stage].layer;
      if (next < stages.size() && time >= least) continue;
      next = stage;
      least = time;
    }
    return next;
  };
  for (int left = layers - plan.chunks(); left > 0; --left) {
    const auto next = next_of(false);
    ++counts[next < stages.size() ? next : next_of(true)];
  }
  std::vector<int> split(place(plan.chunks()));
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    const int each = counts[place(stage)] / chunks;
    int further = counts[place(stage)] % chunks;
    for (const int chunk : order_of_chunks(shape, stage)) {
      split[place(shape.virtual_stage(stage, chunk))] = each + (further-- > 0 ? 1 : 0);
    }
  }
  return split;
}

}  // namespace weft::plan
