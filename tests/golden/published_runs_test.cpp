// Steps of published runs with a full configuration, on the stacks of their time. A handful that
// must stay right, without the rules that complete published rows; all runs: accuracy_test.cpp.
#include <gtest/gtest.h>

#include <string>

#include "shipped.h"
#include "weft/step/evaluator.h"

namespace weft {
namespace {

struct Run {
  const char* name;
  const char* cluster;
  const char* software;
  const char* model;
  std::int64_t sequence, batch;
  int tensor, pipeline, chunks, context, data, micro_batch;
  plan::Recompute recompute;
  bool sequence_parallel;
  int zero;
  chips::Precision precision;
  double step;       // s, published
  double tolerance;  // relative
};

constexpr auto kFull = plan::Recompute::kFull;
constexpr auto kAttention = plan::Recompute::kAttention;
constexpr auto kNone = plan::Recompute::kNone;
constexpr auto kBf16 = chips::Precision::kBf16;
constexpr auto kFp16 = chips::Precision::kFp16;

const Run kRuns[] = {
    // NVIDIA/dgxc-benchmarking v24.11.1, Llama 3.1 70B, TP4 PP4 x 5 CP2: weak scaling.
    {"Llama70bOn64H100", "{use: dgx_h100, hosts: 8}", "nemo", "llama3_70b", 8192, 128, 4, 4, 5, 2,
     2, 1, kNone, true, 1, kBf16, 14.72, 0.08},
    {"Llama70bOn512H100", "{use: dgx_h100, hosts: 64}", "nemo", "llama3_70b", 8192, 1024, 4, 4, 5,
     2, 16, 1, kNone, true, 1, kBf16, 14.89, 0.08},
    {"Llama70bOn2048H100", "{use: dgx_h100, hosts: 256}", "nemo", "llama3_70b", 8192, 4096, 4, 4, 5,
     2, 64, 1, kNone, true, 1, kBf16, 14.98, 0.08},
    // NVIDIA-NeMo/Automodel docs/performance-summary.mdx, FSDP2 over 32 replicas; recomputation is
    // not stated, and only full recomputation fits.
    {"Llama70bFsdpOn64H100", "{use: dgx_h100, hosts: 8}", "automodel", "llama3_70b", 8192, 128, 1,
     1, 1, 2, 32, 1, kFull, false, 3, kBf16, 18.9, 0.12},
    // Korthikanti et al., arXiv 2205.05198, Table 5: full recomputation, then that of attention
    // with sequence parallelism.
    {"Megatron22bOn8A100", "{use: selene_a100_80g, hosts: 1}", "megatron_lm_2022", "megatron_22b",
     2048, 4, 8, 1, 1, 1, 1, 4, kFull, false, 0, kFp16, 1.42, 0.15},
    {"Gpt175bOn64A100", "{use: selene_a100_80g, hosts: 8}", "megatron_lm_2022", "gpt3_175b", 2048,
     64, 8, 8, 3, 1, 1, 1, kFull, false, 0, kFp16, 18.13, 0.15},
    {"Megatron530bOn280A100", "{use: selene_a100_80g, hosts: 35}", "megatron_lm_2022",
     "megatron_530b", 2048, 280, 8, 35, 3, 1, 1, 1, kFull, false, 0, kFp16, 49.05, 0.15},
    {"Megatron1tOn512A100", "{use: selene_a100_80g, hosts: 64}", "megatron_lm_2022", "megatron_1t",
     2048, 512, 8, 64, 1, 1, 1, 1, kFull, false, 0, kFp16, 94.42, 0.15},
    {"Megatron22bOn8A100Selective", "{use: selene_a100_80g, hosts: 1}", "megatron_lm_2022",
     "megatron_22b", 2048, 4, 8, 1, 1, 1, 1, 4, kAttention, true, 0, kFp16, 1.10, 0.15},
    {"Megatron530bOn280A100Selective", "{use: selene_a100_80g, hosts: 35}", "megatron_lm_2022",
     "megatron_530b", 2048, 280, 8, 35, 3, 1, 1, 1, kAttention, true, 0, kFp16, 37.83, 0.15},
};

class PublishedRun : public testing::TestWithParam<Run> {};

TEST_P(PublishedRun, IsReproduced) {
  const auto& run = GetParam();
  const auto cluster = test::cluster_of(run.cluster);
  const auto job = test::job_of(run.model, run.sequence, run.batch, run.precision);
  const auto software = test::software_of(run.software);
  plan::Plan plan;
  plan.tensor = run.tensor;
  plan.pipeline = run.pipeline;
  plan.virtual_stages = run.chunks;
  plan.context = run.context;
  plan.data = run.data;
  plan.micro_batch = run.micro_batch;
  plan.recompute = run.recompute;
  plan.sequence_parallel = run.sequence_parallel;
  plan.zero = run.zero;
  const double step = step::Evaluator(cluster, job, software).simulate(plan).step.si();
  RecordProperty("predicted", std::to_string(step));
  EXPECT_NEAR(step / run.step, 1.0, run.tolerance) << step << " s, published " << run.step << " s";
}

INSTANTIATE_TEST_SUITE_P(Golden, PublishedRun, testing::ValuesIn(kRuns),
                         [](const testing::TestParamInfo<Run>& run) {
                           return std::string(run.param.name);
                         });

}  // namespace
}  // namespace weft
