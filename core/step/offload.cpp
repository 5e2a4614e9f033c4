#include "weft/step/offload.h"

#include <algorithm>

#include "weft/plan/memory.h"

namespace weft::step {

namespace {

// FP32 master weight and two moments are read and written, the gradient is read, the 16-bit weight
// written.
constexpr double kHostAdam = 2 * plan::kOptimizerBytes + plan::kWeightBytes;
// Share of the nominal bandwidth of a host's memory that its vectorised Adam reaches: 10 G
// parameters take 2.57 s on a DGX-2 of 12 channels of DDR4-2666 (arXiv 2101.06840, Table 4).
constexpr double kHostShare = 0.45;

}  // namespace

void offload_optimizer(const cluster::Host& host, double share, double gradient_bytes,
                       base::Power waiting, DataParallelWork& work) {
  if (share <= 0) return;
  const auto on_device = work.optimizer * (1.0 - share);
  const double parameters = share * work.updated;
  const auto bandwidth = host.memory_bandwidth * (kHostShare / host.devices);
  const auto update = base::Bytes(parameters * (kHostAdam + gradient_bytes)) / bandwidth;
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
