// Clusters as the questions about their network alone ask for them: a name and how many.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weft/base/catalog.h"
#include "weft/cluster/cluster.h"

namespace weft::network {

struct ClusterSize {
  std::string unit;  // "hosts", "racks" or "pods"
  int count = 1;
};

// The cluster of this size, or, when there is none, its smallest whole number of units (hosts where
// these do not do) with at least `devices`. Throws base::InputError.
cluster::Cluster read_cluster(const base::Catalog& catalog, const std::string& name,
                              const std::optional<ClusterSize>& size, std::int64_t devices = 1);

// Throws base::InputError for what a user asked on the command line.
[[noreturn]] void refuse(std::string message, std::string hint = "");

}  // namespace weft::network
