// Fabrics that other tools have written down.
#pragma once

#include <filesystem>
#include <vector>

#include "weft/base/document.h"
#include "weft/base/fields.h"
#include "weft/graph/graph.h"
#include "weft/interconnect/link.h"
#include "weft/interconnect/tier.h"

namespace weft::interconnect {

// The network file of ASTRA-sim's analytical back end (github.com/astra-sim): `topology` (Ring,
// FullyConnected or Switch), `npus_count`, `bandwidth` and `latency`, each a list with one entry
// per dimension, the inside first. Bandwidth is that of one link in one direction; what the file
// calls GB/s is 2^30 byte/s, as in that program. Latency is of one link in ns; a way over a switch
// has two. There is nothing else: links are fully efficient and calls cost nothing. Errors go to
// `reading`.
std::vector<Tier> read_astra(const base::Document& document, base::Reading& reading);

struct HwlocOptions {
  // Its latency falls on both ends of a message's way, its switch latency on each cable between
  // switches; its bandwidth stands in where the file has no link speed.
  Link link;
  // Between two sockets, one way.
  base::Bandwidth between_packages;
};

// The inside of a server from hwloc 2 (`lstopo --of xml`, `hwloc-gather-topology`). Devices are the
// accelerators in the order of their PCI addresses: PCI functions that CUDA, NVML, ROCm, OpenCL,
// Level Zero or a vector engine drives, else compute accelerators by class (0302, 1200), else
// display adapters. PCI bridges with more than one way down and packages (their root complexes) are
// switches, network adapters are ports. The speed of a PCI link is the one that was negotiated when
// the file was written; idle GPUs may have trained theirs down. Links of the matrices
// NVLinkBandwidth and XGMIBandwidth (MB/s one way) join accelerators directly or over NVSwitches,
// and then each such accelerator meets PCI over a port of its own, so that shortest ways keep off
// PCI. Links from NVSwitch to NVSwitch are not in those matrices. Throws std::invalid_argument,
// which names the file, when it cannot be read, has no accelerator, or two of them cannot reach
// each other.
graph::Graph read_hwloc(const std::filesystem::path& file, const HwlocOptions& options);

}  // namespace weft::interconnect
