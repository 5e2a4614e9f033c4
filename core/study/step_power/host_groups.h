// Hosts by what stands in them. Internal to the room.
#pragma once

#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/plan/plan.h"

namespace weft::step_power {

struct StageDevices {
  int stage = 0;
  int devices = 0;  // of one host
  friend auto operator<=>(const StageDevices&, const StageDevices&) = default;
};

// Hosts of one part that hold as many devices of the same stages.
struct HostGroup {
  int part = 0;
  double hosts = 0;
  int idle = 0;  // devices of one host that the plan leaves idle
  std::vector<StageDevices> stages;
};

// Of all hosts that the plan uses. Devices fill hosts in order, ranks count through the axes of the
// plan's order, the innermost first.
std::vector<HostGroup> host_groups(const cluster::Cluster& cluster, const plan::Plan& plan);
// Hosts of a part that the plan does not use.
double idle_hosts(const cluster::Cluster& cluster, const plan::Plan& plan, int part);

}  // namespace weft::step_power
