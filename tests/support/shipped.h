// Shipped clusters, models and software, read the way a study reads them.
#pragma once

#include <string>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/cluster/cluster.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::test {

inline base::Catalog shipped() { return base::Catalog({WEFT_CONFIGS}); }

// cluster_of("{use: dgx_h100, hosts: 48}")
inline cluster::Cluster cluster_of(const std::string& use) {
  base::Reading reading;
  const auto document = base::Document::parse(use + "\n", "test");
  base::Fields fields(document.root(), reading, "test");
  auto cluster = cluster::read_cluster(fields, shipped());
  reading.throw_if_any();
  return cluster;
}

inline workload::Software software_of(const std::string& name) {
  base::Reading reading;
  auto software = workload::read_software(shipped().load("software", name, std::nullopt), reading);
  reading.throw_if_any();
  return software;
}

inline workload::Job job_of(const std::string& model, std::int64_t sequence, std::int64_t batch,
                            chips::Precision precision = chips::Precision::kBf16) {
  base::Reading reading;
  workload::Job job;
  job.model = workload::read_model(shipped().load("model", model, std::nullopt), reading);
  reading.throw_if_any();
  job.sequence = sequence;
  job.global_batch = batch;
  job.tokens = 1e12;
  job.precision = precision;
  return job;
}

}  // namespace weft::test
