// Tables of memory: what each kind of table says of a row, and what is compared with what.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "fixtures.h"
#include "weft/base/diagnostics.h"
#include "weft/plan/memory.h"
#include "weft/validation/memory_points.h"
#include "weft/validation/prepare.h"

namespace weft::validation {
namespace {

using namespace test;

constexpr double kGibi = 1024.0 * 1024.0 * 1024.0;

constexpr const char* kFigures =
    "source,row_id,hardware,n_devices,model,seq,micro_batch,global_batch,tp,pp,vpp,cp,dp,ep,"
    "precision,recompute,zero,schedule,memory_GiB,kind,notes,confidence,split\n";
constexpr const char* kLogged =
    "id,source,hardware,n_devices,model,kind,layers,hidden,heads,kv_heads,head_dim,ffn,gated,vocab,"
    "seq,global_batch,micro_batch,tp,pp,layers_per_vpp_stage,cp,ep,moe_experts,moe_topk,attention,"
    "precision,recompute,zero,sequence_parallel,other_features,max_allocated_MB_worst_rank,"
    "rank_details(rank:alloc_now/max_alloc MB),metric,notes,confidence,split\n";
constexpr const char* kTrials =
    "trial,model,seq,global_batch_inferred,n_gpu,tp,pp,dp,micro_batch,sequence_parallel,act_ckpt,"
    "kernel,status,split\n";

std::vector<MemoryPoint> points_of(const std::string& text) {
  return parse_memory_points(text, "my.csv");
}

std::string figure(const std::string& value, const std::string& kind) {
  return "s,r,H100-80,8,Llama3-8B,8192,1,32,1,2,,1,4,,BF16,none,ZeRO-1,1F1B," + value + "," + kind +
         ",,primary,test\n";
}

std::string logged(const std::string& features, const std::string& ranks,
                   const std::string& kind = "pretrain") {
  return "x,\"Ascend/MindSpeed-LLM a.sh + baseline JSON @1.0.RC3..master\",Ascend 910B 64GB,8,made "
         "up," +
         kind +
         ",32,4096,32,32,,11008,True,32000,4096,1,1,1,8,,1,,,,MHA,bf16,none,distributed-optimizer,"
         "True," +
         features + ",16715," + ranks + ",PyTorch max_memory_allocated,,primary,fit\n";
}

TEST(MemoryTable, KindsOfFiguresAreTold) {
  const std::vector<std::pair<std::string, MemoryPart>> kinds = {
      {"\"peak, log \"\"reserved\"\"\"", MemoryPart::kReserved},
      {"nvidia-smi GB", MemoryPart::kDevice},
      {"torch max_memory_allocated", MemoryPart::kAllocated},
      {"peak GB", MemoryPart::kAllocated},
      {"component: activations (GB)", MemoryPart::kActivations},
      {"component: params+optimizer", MemoryPart::kState},
      {"component: weights+grads (GB)", MemoryPart::kWeightsGradients},
      {"component: main params + optimizer states", MemoryPart::kOptimizer}};
  for (const auto& [text, part] : kinds) {
    const auto points = points_of(kFigures + figure("50", text));
    ASSERT_EQ(points.size(), 1U);
    EXPECT_EQ(points[0].part, part) << text;
    EXPECT_EQ(points[0].run.cluster, "dgx_h100");
    EXPECT_EQ(points[0].run.value, 50);
  }
}

TEST(MemoryTable, WhatRanOutOfMemoryIsAQuestionOfFitting) {
  const auto points = points_of(kFigures + figure("OOM", "OOM"));
  EXPECT_EQ(points[0].part, MemoryPart::kFits);
  EXPECT_EQ(points[0].fits, false);
  EXPECT_FALSE(points_of(kFigures + figure("", "peak"))[0].refusal.empty());
}

TEST(MemoryTable, LoggedRanksAreTheWorstOfEachStage) {
  const auto points = points_of(kLogged + logged("x", "0:10/20 1:11/15 7:30/40"));
  ASSERT_EQ(points.size(), 6U);  // stages 0, 1 and 7, each with its state and its peak
  EXPECT_EQ(points[4].stage, 7);
  EXPECT_EQ(points[4].part, MemoryPart::kState);
  EXPECT_EQ(points[4].run.value, 30);
  EXPECT_EQ(points[5].part, MemoryPart::kFirstPeak);
  EXPECT_EQ(points[5].run.value, 40);
  EXPECT_EQ(points[0].run.release, "1.0.RC3");
  EXPECT_FALSE(points[0].fused_optimizer);
}

TEST(MemoryTable, FeaturesOfALoggedRun) {
  const auto points = points_of(
      kLogged +
      logged("reuse-fp32-param;swap-optimizer;mtp-num-layers=1;noop-layers=2;moe-grouped-gemm",
             "0:10/20"));
  const auto& point = points.front();
  EXPECT_TRUE(point.state.reuses_weights);
  EXPECT_TRUE(point.state.offloads_optimizer);
  EXPECT_TRUE(point.groups_experts);
  EXPECT_EQ(point.predictions, 1);
  EXPECT_EQ(point.left_out, std::vector<int>{2});
  const auto tuned = points_of(kLogged + logged("x", "0:10/20", "dpo"));
  EXPECT_TRUE(tuned[0].state.has_reference);
  EXPECT_TRUE(tuned[0].refusal.empty());
  EXPECT_FALSE(tuned[1].refusal.empty());  // how long its samples are is not known
}

TEST(MemoryTable, TrialsOfAleph) {
  const auto points =
      points_of(std::string(kTrials) +
                "1,Llama-13B,2048,2048,32,1,1,32,8,True,disabled,flash_attention2 + RMS kernel,OOM "
                "Error,test\n"
                "2,Llama-13B,2048,2048,32,2,1,16,1,,every_layer,torch,ok,fit\n"
                "3,Llama-13B,2048,2048,32,2,1,16,1,,every_layer,fused,Kernel not available,fit\n");
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[0].fits, false);
  EXPECT_TRUE(points[0].fused_norms);
  EXPECT_EQ(points[1].fits, true);
  EXPECT_EQ(points[1].run.recompute, "full");
  EXPECT_EQ(points[1].run.attention, "unfused");
  EXPECT_FALSE(points[2].refusal.empty());
}

TEST(MemoryTable, AnotherHeaderIsAnError) {
  EXPECT_THROW(points_of("a,b\n1,2\n"), base::InputError);
  EXPECT_THROW(points_of(""), base::InputError);
  EXPECT_THROW(points_of(kFigures + std::string("s,r\n")), base::InputError);
}

TEST(MemoryPoints, FiguresAreThoseOfThePlan) {
  const Shelves shelves;
  const auto read = [&](const std::string& kind) {
    return evaluate(points_of(kFigures + figure("50", kind))[0], shelves.rules, shelves.documents);
  };
  const auto run = prepare_run(points_of(kFigures + figure("50", "peak"))[0].run, shelves.rules,
                               shelves.documents);
  ASSERT_FALSE(run.is_skipped()) << run.reason;
  const auto memory = plan::peak_memory(run.job, run.software, run.plan);
  EXPECT_NEAR(read("peak").predicted.value(), memory.allocated().si() / kGibi, 1e-9);
  EXPECT_NEAR(read("reserved").predicted.value(), memory.reserved().si() / kGibi, 1e-9);
  EXPECT_NEAR(read("nvidia-smi").predicted.value(), memory.total().si() / kGibi, 1e-9);
  const auto peak = read("peak");
  EXPECT_NEAR(peak.relative_error.value(), *peak.predicted / 50 - 1, 1e-12);
}

// LLaMA-2 7B, one layer group of 8: 4 layers of 202.4 M and the table, 18 B each with one replica.
TEST(MemoryPoints, TheFirstStepRunsWithoutMoments) {
  const Shelves shelves;
  const auto points = points_of(kLogged + logged("x", "0:16151/16650 1:13965/14309 7:16215/16715"));
  for (const auto& point : points) {
    const auto result = evaluate(point, shelves.rules, shelves.documents);
    ASSERT_TRUE(result.relative_error.has_value()) << result.reason;
    EXPECT_NEAR(*result.relative_error, 0, 0.01) << result.id;
  }
  // The update of the largest weight, in FP32: the table on the first stage, gate and up inside.
  const auto mebi = [&](int index) {
    return *evaluate(points[static_cast<std::size_t>(index)], shelves.rules, shelves.documents)
                .predicted;
  };
  EXPECT_NEAR(mebi(1) - mebi(0), 32000.0 * 4096 * 4 / 1048576, 0.01);
  EXPECT_NEAR(mebi(3) - mebi(2), 2 * 11008.0 * 4096 * 4 / 1048576, 0.01);
}

TEST(MemoryPoints, OptionsChangeTheState) {
  const Shelves shelves;
  const auto state = [&](const std::string& features, const std::string& kind = "pretrain") {
    return *evaluate(points_of(kLogged + logged(features, "1:10/20", kind))[0], shelves.rules,
                     shelves.documents)
                .predicted;
  };
  const double all = state("x");  // 18 B
  EXPECT_NEAR(state("reuse-fp32-param") / all, 16.0 / 18, 1e-9);
  EXPECT_NEAR(state("swap-optimizer") / all, 6.0 / 18, 1e-9);
  EXPECT_NEAR(state("x", "dpo") / all, 20.0 / 18, 1e-9);
  EXPECT_NEAR(state("noop-layers=5") / all, 0.75, 1e-9);
}

TEST(MemoryPoints, SummariesCountWhatWasSaid) {
  std::vector<PointResult> rows(5);
  for (auto& row : rows) {
    row.source = "s x y";
    row.split = "fit";
    row.memory_kind = "fits";
  }
  const bool published[] = {true, true, false, false};
  const bool predicted[] = {true, false, true, false};
  for (std::size_t i = 0; i < 4; ++i) {
    rows[i].published_fits = published[i];
    rows[i].predicted_fits = predicted[i];
  }
  rows[4].reason = "skipped";
  const auto fits = summarise_fits(rows);
  ASSERT_FALSE(fits.empty());
  EXPECT_EQ(fits[0].n, 5);
  EXPECT_EQ(fits[0].skipped, 1);
  EXPECT_EQ(fits[0].fits_right, 1);
  EXPECT_EQ(fits[0].fits_wrong, 1);
  EXPECT_EQ(fits[0].large_right, 1);
  EXPECT_EQ(fits[0].large_wrong, 1);
  EXPECT_DOUBLE_EQ(fits[0].accuracy(), 0.5);
  EXPECT_TRUE(summarise(rows).empty());
  for (std::size_t i = 0; i < 5; ++i) {
    rows[i].memory_kind = "allocated";
    rows[i].relative_error = i % 2 == 0 ? 0.1 : -0.3;
  }
  const auto errors = summarise(rows);
  ASSERT_EQ(errors[0].n, 5);
  EXPECT_EQ(errors[0].skipped, 1);
  EXPECT_DOUBLE_EQ(errors[0].median_abs_error, 0.2);
  EXPECT_DOUBLE_EQ(errors[0].bias, -0.1);
}

}  // namespace
}  // namespace weft::validation
