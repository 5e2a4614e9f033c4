// The exchange of tokens with experts on other ranks.
#pragma once

#include "weft/interconnect/fabric.h"
#include "weft/workload/layer.h"
#include "weft/workload/software.h"

namespace weft::step {

// One exchange of an MoE layer over `group`. The rank that gets most sets the time; what is sent is
// the mean. With Software::sends_once_per_host a token crosses to each host of its experts once and
// is passed on inside it, to each expert's device; both run side by side (DeepSeek-V3, arXiv
// 2412.19437 §3.2.2), so that the slower one counts.
interconnect::CollectiveCost expert_exchange(const interconnect::Fabric& fabric,
                                             const workload::Software& software,
                                             const interconnect::GroupShape& group,
                                             const workload::Exchange& exchange);

}  // namespace weft::step
