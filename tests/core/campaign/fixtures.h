// A cluster like the one of Llama 3 405B: H100 hosts on a rail-optimised three-tier 400G network.
#pragma once

#include <utility>

#include "weft/campaign/campaign.h"

namespace weft::campaign::testing {

inline interconnect::Fabric h100_fabric(int hosts, double modules_per_link = 2) {
  interconnect::Tier host;
  host.name = "host";
  host.kind = interconnect::TierKind::kSwitch;
  host.children = 8;
  host.link.bandwidth = base::Bandwidth(450e9);
  interconnect::Tier network;
  network.name = "scale-out";
  network.kind = interconnect::TierKind::kFatTree;
  network.children = hosts;
  network.link.bandwidth = base::Bandwidth(50e9);
  network.link.optics.modules_per_link = modules_per_link;
  network.rails = hosts * 8 > 64 ? 8 : 0;
  return interconnect::Fabric({host, network});
}

inline cluster::Cluster cluster_of(interconnect::Fabric fabric) {
  cluster::Cluster cluster;
  cluster.fabric = std::move(fabric);
  return cluster;
}

inline cluster::Cluster h100_cluster(int hosts) {
  auto cluster = cluster_of(h100_fabric(hosts));
  cluster.name = "h100";
  cluster.chip.device.memory_capacity = base::Bytes(80e9);
  cluster.chip.device.devices_per_package = 1;
  cluster.hosts = hosts;
  cluster.storage = {base::Bandwidth(2e12), base::Bandwidth(2e12)};
  return cluster;
}

// 405 billion parameters, give or take a percent.
inline workload::Job llama3_405b() {
  workload::Job job;
  auto& model = job.model;
  model.layers = 126;
  model.hidden = 16384;
  model.heads = 128;
  model.kv_heads = 8;
  model.head_dim = 128;
  model.ffn = 53248;
  model.vocabulary = 128256;
  job.sequence = 8192;
  job.global_batch = 2048;
  job.tokens = 15.6e12;
  return job;
}

inline step::Ledger ledger_of(base::Time step) {
  step::Ledger ledger;
  ledger.step = step;
  return ledger;
}

// `rate` interruptions of the job per host, and nothing else.
inline Policy host_policy(base::Rate rate) {
  Policy policy;
  policy.components = {{"host", Unit::kHost, rate, 0.0}};
  return policy;
}

}  // namespace weft::campaign::testing
