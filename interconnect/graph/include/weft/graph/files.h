// Graphs from files and to files.
#pragma once

#include <string>

#include "weft/base/fields.h"
#include "weft/graph/graph.h"

namespace weft::graph {

// An edge list in YAML, the keys of a tier of kind `graph`:
//   devices: [gpu0, gpu1, gpu2]            # or a number
//   switches: [leaf]                       # optional
//   cables:
//     - {from: gpu0, to: leaf, bandwidth: 50 GB/s, latency: 1 us, count: 2}
//     - {from: a, to: b, bandwidth: 50 GB/s, global: true}   # between groups of a dragonfly
// `count` equal cables side by side are choices of their own. Devices by number are called
// `device 0` or just `0`, switches `switch 0`.
// Names must differ, ends must exist, bandwidths are more than 0, every device must reach every
// other; each fault is a located error in `reading`. A `directed: true` list gives each direction
// for itself; both must be there and equal (asymmetric ports are an error).
Graph read_edge_list(base::Fields& fields);

// GraphML (http://graphml.graphdrawing.org): nodes with data `kind` (device or switch; default: a
// node of one edge is a device, as are all when no node has a kind and none has one edge), edges
// with `bandwidth` ("50 GB/s", or a number in byte/s when the key says so by attr.type double) and
// optional `latency` (likewise, s), `tier`, `lanes`, `modules`, `global`. Faults throw
// base::InputError with line and column.
Graph read_graphml(const std::string& file);

// For people and for other tools. Names, kinds, tiers, bandwidths and latencies; read_graphml reads
// what to_graphml writes.
std::string to_graphml(const Graph& graph);
std::string to_dot(const Graph& graph);

}  // namespace weft::graph
