// Shipped clusters and models, and a plan in one line.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include "weft/plan/check.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"
#include "weft/plan/space.h"

namespace weft::plan::testing {

inline base::Catalog catalog() { return base::Catalog({WEFT_CONFIGS}); }

inline cluster::Cluster cluster_of(const std::string& text) {
  const auto document = base::Document::parse(text, "cluster.yaml");
  base::Reading reading;
  base::Fields use(document.root(), reading, "cluster");
  auto cluster = cluster::read_cluster(use, catalog());
  reading.throw_if_any();
  return cluster;
}
inline cluster::Cluster h100(int hosts) {
  return cluster_of("use: dgx_h100\nhosts: " + std::to_string(hosts));
}

inline workload::Model model_of(const std::string& name) {
  base::Reading reading;
  auto model = workload::read_model(catalog().load("model", name, std::nullopt), reading);
  reading.throw_if_any();
  return model;
}

inline workload::Job job_of(const std::string& model, std::int64_t sequence = 4096,
                            std::int64_t batch = 64) {
  workload::Job job;
  job.model = model_of(model);
  job.sequence = sequence;
  job.global_batch = batch;
  job.tokens = 1e12;
  return job;
}

inline workload::Software megatron() {
  base::Reading reading;
  auto software =
      workload::read_software(catalog().load("software", "megatron_core", std::nullopt), reading);
  reading.throw_if_any();
  return software;
}

// Tensor (with sequence parallelism), pipeline, data, context.
inline Plan plan_of(int tensor, int pipeline, int data, int context = 1) {
  Plan plan;
  plan.tensor = tensor;
  plan.pipeline = pipeline;
  plan.data = data;
  plan.context = context;
  plan.sequence_parallel = tensor > 1;
  return plan;
}

inline const workload::Software kNoReserve;

inline Memory memory(const workload::Job& job, const Plan& plan, int stage = 0) {
  return memory_of_stage(job, kNoReserve, plan, stage);
}

inline int within(std::mt19937_64& engine, int low, int high) {
  return low + static_cast<int>(engine() % static_cast<unsigned>(high - low + 1));
}

}  // namespace weft::plan::testing
