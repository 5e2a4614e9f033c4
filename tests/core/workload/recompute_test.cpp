// Which kernels and exchanges of a forward pass the modules of recomputation repeat.

#include "weft/workload/recompute.h"

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

LayerWork work_of(const char* model, LayerKind kind, const Shard& shard = {}) {
  return layer_work(shipped_job(model), {}, kind, shard);
}

TEST(DoneAgain, NormsAreBothOfALayer) {
  const auto work = work_of("llama3_8b", LayerKind::kDense);
  const auto norms = done_again(work.forward, Module::kLayerNorm);
  EXPECT_EQ(norms.kernels.size(), 2u);
  EXPECT_TRUE(norms.exchanges.empty());
}

// Norms, MLP and attention share no kernel; together with the projections they are the pass.
TEST(DoneAgain, ModulesOfADenseLayerAreApart) {
  const auto work = work_of("llama3_8b", LayerKind::kDense, shard_of(4));
  const auto count = [&](Modules modules) {
    return done_again(work.forward, modules).kernels.size();
  };
  EXPECT_EQ(count(Module::kMlp), 3u);  // two linear layers and the activation
  EXPECT_EQ(count(Module::kMlpActivation), 1u);
  EXPECT_EQ(count(Module::kMlp | Module::kMlpActivation), 3u);
  EXPECT_EQ(count(Module::kMlp | Module::kLayerNorm | Module::kCoreAttention),
            count(Module::kMlp) + count(Module::kLayerNorm) + count(Module::kCoreAttention));
  EXPECT_EQ(count(Module::kMoe | Module::kSharedExperts | Module::kLatentUpProjection), 0u);
  // With sequence parallelism: gathered before, scattered behind.
  EXPECT_EQ(done_again(work.forward, Module::kMlp).exchanges.size(), 2u);
}

TEST(DoneAgain, ExpertsRepeatTheirExchanges) {
  const Shard shard{1, false, 1, 8, 1, 1};
  const auto work = work_of("deepseek_v3", LayerKind::kMoe, shard);
  const auto moe = done_again(work.forward, Module::kMoe);
  EXPECT_EQ(moe.exchanges.size(), work.forward.exchanges.size());
  EXPECT_TRUE(done_again(work.forward, Module::kMoeActivation).exchanges.empty());
  const auto shared = done_again(work.forward, Module::kSharedExperts);
  EXPECT_EQ(shared.kernels.size(), 3u);
  EXPECT_LT(shared.kernels.size(), moe.kernels.size());
}

TEST(DoneAgain, UpProjectionsOfLatentAttention) {
  const auto work = work_of("deepseek_v3", LayerKind::kDense);
  const auto up = done_again(work.forward, Module::kLatentUpProjection);
  ASSERT_EQ(up.kernels.size(), 3u);  // queries, keys and values, rotation
  double flops = 0;
  for (const auto& kernel : up.kernels) {
    if (const auto* gemm = std::get_if<chips::Gemm>(&kernel.shape)) {
      flops += 2 * gemm->m * gemm->n * gemm->k;
    }
  }
  EXPECT_DOUBLE_EQ(flops, 2 * 4096 * (128.0 * 192 * 1536 + 128.0 * 256 * 512));
}

TEST(Modules, AreNamedAsInMegatron) {
  EXPECT_EQ(to_text(Module::kLayerNorm | Module::kLatentUpProjection | Module::kMoeActivation),
            "layernorm, moe_act, mla_up_proj");
  EXPECT_EQ(to_text(Modules{}), "");
  EXPECT_TRUE(Modules{}.empty());
  EXPECT_FALSE(Modules(Module::kCoreAttention).meets(kSelectiveModules));
}

}  // namespace
}  // namespace weft::workload
