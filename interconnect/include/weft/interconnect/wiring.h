// A fabric as a graph: every device, switch, adapter and cable.
#pragma once

#include <cstdint>

#include "weft/graph/graph.h"
#include "weft/interconnect/fabric.h"

namespace weft::interconnect {

// Nodes that wire() would make, without making them.
std::int64_t nodes_of(const Fabric& fabric);
// And cables: nearly, at most.
double cables_of(const Fabric& fabric);
// More are not wired: a cable takes some 100 bytes.
inline constexpr double kMostCables = 1 << 25;

// Devices are numbered as in the fabric. Capacities are nominal. Latencies are such that a way
// between two devices over tier k adds up to message_latency(k) when it crosses as many switches as
// the tier's switch_hops. Fat trees and dragonflies whose links are shared by devices
// (links_per_device < 1) have ports between; other tiers split the link. Optical circuit switches
// stand apart: their circuits are cables of two lanes, one on either side of the switch. Throws
// std::invalid_argument beyond GraphBuilder::kMaxNodes nodes or kMostCables.
graph::Graph wire(const Fabric& fabric);

}  // namespace weft::interconnect
