#include "weft/step/offload.h"

#include <algorithm>

#include "weft/plan/memory.h"

namespace weft::step {

void offload_optimizer(const cluster::Host& host, double share, double gradient_bytes,
                       base::Power waiting, DataParallelWork& work) {
  if (share <= 0) return;
  const auto on_device = work.optimizer * (1.0 - share);
  const double parameters = share * work.updated;
  const auto bandwidth = host.memory_bandwidth * (host.update_share / host.devices);
  const auto update = base::Bytes(parameters * (plan::kAdamTraffic + gradient_bytes)) / bandwidth;
  const auto back = base::Bytes(parameters * plan::kWeightBytes) / host.device_link;
  work.to_host = base::Bytes(parameters * gradient_bytes) / host.device_link;
  work.optimizer = std::max({on_device, update, back});
  work.optimizer_energy =
      work.optimizer_energy * (1.0 - share) + waiting * (work.optimizer - on_device);
}

Communication offload_activations(const cluster::Host& host, base::Bytes bytes, base::Time pass,
                                  double tax) {
  const auto time = bytes / host.device_link;
  const auto behind = std::min(time, pass);
  return {time - behind + behind * tax, behind};
}

}  // namespace weft::step
