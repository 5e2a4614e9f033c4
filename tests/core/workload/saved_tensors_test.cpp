// Saved tensors one by one: what is kept from when to when, and what recomputation drops.

#include "weft/workload/saved_tensors.h"

#include <gtest/gtest.h>

#include <string>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

SavedTensor tensor_of(const SavedTensors& tensors, const std::string& name) {
  for (const auto& tensor : tensors) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << "no tensor named " << name;
  return {};
}

double stream_of(const Job& job) { return static_cast<double>(job.sequence * job.model.hidden); }

// The closed sums are sums over the list.
TEST(SavedTensors, AddUpToSavedActivations) {
  for (const auto& name : model_names()) {
    const auto job = shipped_job(name);
    for (const auto kind : {LayerKind::kDense, LayerKind::kMoe, LayerKind::kHead}) {
      if (kind == LayerKind::kMoe && !job.model.moe) continue;
      const auto list = saved_tensors(job, {}, kind, shard_of(2));
      const auto sums = saved_activations(job, {}, kind, shard_of(2));
      double kept = 0;
      for (const auto& tensor : list) {
        EXPECT_GT(tensor.bytes.si(), 0) << tensor.name;
        EXPECT_LT(tensor.from, tensor.until) << tensor.name;
        kept += tensor.from == Moment::kForward ? tensor.bytes.si() : 0;
      }
      EXPECT_NEAR(sums.none.si() / kept, 1, 1e-12) << name;
    }
  }
}

// arXiv 2401.10241, Table 1: of 34 s b h, 32 are held from B to W; here two masks are missing from
// the 34 and 4 bytes of log-sum-exp stand in their place. 14 of the 32 are inputs of linear layers.
TEST(SavedTensors, OfPutOffWeightGradientsAre32) {
  for (const char* name : {"megatron_22b", "gpt3_175b", "megatron_530b"}) {
    const auto job = shipped_job(name, 2048);
    const auto list = saved_tensors(job, {}, LayerKind::kDense, {});
    EXPECT_DOUBLE_EQ(list.put_off().si(), 32 * stream_of(job)) << name;
    double inputs = 0;
    for (const auto& tensor : list) {
      const bool is_input =
          tensor.from == Moment::kForward && tensor.until == Moment::kWeightGradient;
      inputs += is_input ? tensor.bytes.si() : 0;
    }
    EXPECT_DOUBLE_EQ(inputs, 14 * stream_of(job)) << name;
  }
}

TEST(SavedTensors, AreDroppedByTheirModules) {
  const auto job = shipped_job("deepseek_v3");
  const auto list = saved_tensors(job, {}, LayerKind::kMoe, {});
  const auto dropped = [&](Modules modules) {
    return (list.kept() - list.kept(modules)).si() / 4096;
  };
  EXPECT_DOUBLE_EQ(dropped(Module::kLayerNorm), 2 * 2 * 7168);
  // Queries and keys of 128 + 64, values of 128, for 128 heads, and both latents behind their
  // norms.
  EXPECT_DOUBLE_EQ(dropped(Module::kLatentUpProjection),
                   2.0 * 128 * (192 + 192 + 128) + 2 * (1536 + 512));
  EXPECT_DOUBLE_EQ(dropped(Module::kMoeActivation), 2 * 8 * 2048);
  EXPECT_DOUBLE_EQ(dropped(Module::kMlpActivation), 2 * 2048);
  EXPECT_DOUBLE_EQ(dropped(Module::kSharedExperts), 3 * 2 * 2048);
  EXPECT_DOUBLE_EQ(dropped(Module::kMoe),
                   4 * 256 + 8 * (2 * 2 * 7168 + 3 * 2 * 2048) + 3 * 2 * 2048);
  EXPECT_DOUBLE_EQ(dropped(Module::kCoreAttention), 4 * 128);
  EXPECT_EQ(dropped(Module::kMlp), 0);
  // The named kinds are sets of modules.
  const auto sums = saved_activations(job, {}, LayerKind::kMoe, {},
                                      Module::kLayerNorm | Module::kLatentUpProjection);
  EXPECT_EQ(sums.selective, list.kept(kSelectiveModules));
  EXPECT_NEAR((sums.none - sums.modules).si() / 4096,
              dropped(Module::kLayerNorm) + dropped(Module::kLatentUpProjection), 1e-6);
}

// DeepSeek-V3, arXiv 2412.19437 §3.2.3 and §3.3.3: inputs of linear layers in FP8 in blocks, of
// SwiGLU in FP8; norms, up-projections and SwiGLU made again; no expert outputs. By hand, a token:
TEST(SavedTensors, OfDeepSeekV3ByHand) {
  auto job = shipped_job("deepseek_v3");
  job.precision = chips::Precision::kFp8Block;
  Software software;
  software.activation_input_bytes = 1;
  software.keeps_expert_outputs = false;
  const double fp8 = 1 + 4.0 / 128;
  const double streams = 2 * 2 * 7168;
  const double latents = 2 * (1536 + 512 + 64);
  const double attention = (2 + fp8) * 128 * 128 + 4 * 128;
  const double experts = 4 * 256 + 8 * (fp8 * 7168 + 2 * 2048);
  const double shared = fp8 * 7168 + 2 * 2048;
  const auto modules = kSelectiveModules | Module::kLatentUpProjection;
  const auto kept = saved_tensors(job, software, LayerKind::kMoe, {}).kept(modules).si() / 4096;
  EXPECT_DOUBLE_EQ(kept, streams + latents + attention + experts + shared);
}

// What nothing but a linear layer reads is kept in its format, with the scales.
TEST(SavedTensors, OfNarrowFormats) {
  auto job = shipped_job("llama3_8b");
  const double elements = 4096.0 * 14336;
  for (const auto precision : {chips::Precision::kFp8, chips::Precision::kFp8Block,
                               chips::Precision::kMxfp8, chips::Precision::kNvfp4}) {
    job.precision = precision;
    const auto list = saved_tensors(job, {}, LayerKind::kDense, {});
    EXPECT_DOUBLE_EQ(tensor_of(list, "activation product").bytes.si(),
                     chips::bytes_of(precision) * elements);
    EXPECT_DOUBLE_EQ(tensor_of(list, "gate and up").bytes.si(), 2 * 2 * elements);
    // Flash attention wants its own output in 16 bits.
    EXPECT_DOUBLE_EQ(tensor_of(list, "attention output").bytes.si(), 2 * 4096.0 * 4096);
    EXPECT_DOUBLE_EQ(tensor_of(list, "attention output, cast").bytes.si(),
                     chips::bytes_of(precision) * 4096.0 * 4096);
  }
}

TEST(SavedTensors, OfDropoutHaveTwoMasks) {
  const auto job = shipped_job("gpt3_175b", 2048);
  Software software;
  software.mask_bytes = 1;
  const auto list = saved_tensors(job, software, LayerKind::kDense, {});
  EXPECT_DOUBLE_EQ((list.kept() - saved_tensors(job, {}, LayerKind::kDense, {}).kept()).si(),
                   2 * stream_of(job));
}

struct Share {
  const char* model;
  double sequence_parallel, attention, both, full;  // %
};

// Korthikanti et al., arXiv 2205.05198, Figure 7: activations relative to tensor parallelism alone,
// tensor 8, with dropout. Read from the figure: 0.1 points.
TEST(SavedTensors, HaveTheSharesOfKorthikanti) {
  Software software;
  software.attention = AttentionKernel::kUnfused;
  software.mask_bytes = 1;
  for (const auto& share : {Share{"megatron_22b", 66.84, 49.42, 16.18, 7.64},
                            Share{"gpt3_175b", 62.04, 56.53, 18.49, 8.71},
                            Share{"megatron_530b", 58.31, 62.04, 20.27, 9.42},
                            Share{"megatron_1t", 58.31, 62.04, 20.27, 9.42}}) {
    const auto job = shipped_job(share.model, 2048);
    const auto of = [&](bool sequence_parallel) {
      return saved_activations(job, software, LayerKind::kDense,
                               {8, sequence_parallel, 1, 1, 1, 1});
    };
    const auto base = of(false).none;
    constexpr double kReading = 0.15;
    EXPECT_NEAR(100 * (of(true).none / base), share.sequence_parallel, kReading) << share.model;
    EXPECT_NEAR(100 * (of(false).attention / base), share.attention, kReading) << share.model;
    EXPECT_NEAR(100 * (of(true).attention / base), share.both, kReading) << share.model;
    EXPECT_NEAR(100 * (of(false).full / base), share.full, kReading) << share.model;
  }
}

}  // namespace
}  // namespace weft::workload
