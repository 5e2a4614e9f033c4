// All-reduce inside the switch (NVLS, SHARP): each rank's vector goes up once, each rank fetches
// the sum of its n-th and hands it to all through the switch: (1 + 1/n)·S through every port.

#include "algorithms.h"

namespace weft::interconnect {

double in_switch_time(Collective collective, const Path& path, double bytes) {
  const TierModel& tier = *path.top().tier;
  const bool applies = collective == Collective::kAllReduce && path.count == 1 &&
                       tier.in_switch_minimum > 0 && path.ranks >= tier.in_switch_minimum;
  if (!applies) return kNever;
  return tier.in_switch_latency + (1 + 1 / path.ranks) * bytes * tier.in_switch_byte_time;
}

void in_switch_sent(Collective /*collective*/, const Path& path, double bytes, Sent& sent) {
  sent[path.top().index] = base::Bytes((1 + 1 / path.ranks) * bytes);
}

}  // namespace weft::interconnect
