#include "host_groups.h"

#include <cstdint>
#include <map>
#include <utility>

namespace weft::step_power {

namespace {

// The stages of a part, in their order.
std::vector<int> stages_of(const plan::Plan& plan, int part) {
  std::vector<int> stages;
  for (int s = 0; s < plan.pipeline; ++s) {
    if (plan.part_of(s) == part) stages.push_back(s);
  }
  return stages;
}

// Neighbouring ranks that are of one stage.
std::int64_t pipeline_stride(const plan::Plan& plan) {
  std::int64_t stride = 1;
  for (const auto axis : plan.rank_order) {
    switch (axis) {
      case plan::Axis::kTensor:
        stride *= plan.tensor;
        break;
      case plan::Axis::kContext:
        stride *= plan.context;
        break;
      case plan::Axis::kData:
        stride *= plan.data;
        break;
      case plan::Axis::kPipeline:
        return stride;
    }
  }
  return stride;
}

using Holding = std::pair<int, std::vector<StageDevices>>;  // idle devices, those in use

void add_part(const cluster::Cluster& part, const plan::Plan& plan, int number,
              std::vector<HostGroup>& groups) {
  const auto stages = stages_of(plan, number);
  const std::int64_t used = plan.devices_of_stage() * static_cast<std::int64_t>(stages.size());
  if (used == 0) return;
  const auto stride = pipeline_stride(plan);
  const std::int64_t per_host = part.host.devices;
  std::map<Holding, double> found;
  for (std::int64_t first = 0; first < used; first += per_host) {
    std::map<int, int> held;
    for (auto rank = first; rank < std::min(first + per_host, used); ++rank) {
      const auto place = (rank / stride) % static_cast<std::int64_t>(stages.size());
      ++held[stages[static_cast<std::size_t>(place)]];
    }
    Holding holding;
    holding.first = static_cast<int>(std::max<std::int64_t>(0, first + per_host - used));
    for (const auto& [stage, devices] : held) holding.second.push_back({stage, devices});
    found[holding] += 1;
  }
  for (const auto& [holding, hosts] : found) {
    groups.push_back({number, hosts, holding.first, holding.second});
  }
}

}  // namespace

std::vector<HostGroup> host_groups(const cluster::Cluster& cluster, const plan::Plan& plan) {
  std::vector<HostGroup> groups;
  for (int p = 0; p < cluster.parts(); ++p) add_part(cluster.part(p), plan, p, groups);
  return groups;
}

double idle_hosts(const cluster::Cluster& cluster, const plan::Plan& plan, int part) {
  const auto& of = cluster.part(part);
  const auto used = plan.devices_of_stage() * plan.stages_in(part);
  const std::int64_t per_host = of.host.devices;
  return static_cast<double>(of.hosts - (used + per_host - 1) / per_host);
}

}  // namespace weft::step_power
