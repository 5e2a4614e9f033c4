// The numbers of a link that measured collectives can tell. Internal to the room.
#pragma once

#include <span>
#include <vector>

#include "weft/base/fields.h"
#include "weft/calibration/link_fit.h"

namespace weft::calibration {

std::span<const LinkFamily> link_families();

// Those that this link has, with what is known of them beforehand.
std::vector<FittedLinkParameter> parameters_of(const interconnect::Link& link,
                                               const std::vector<base::UncertainInput>& inputs);

// `link` with a low-latency way to start from, as NCCL's tuner has it (NVIDIA/nccl
// src/graph/tuning.cc @5067397c: 0.6 us a step against 3.4 us over NVLink, 2.7 against 14 over a
// network), unless it has one.
interconnect::Link with_low_latency(interconnect::Link link);

}  // namespace weft::calibration
