// Mamba-2 layers, and hybrid models of them, attention, MLPs and experts.

#include <gtest/gtest.h>

#include "fixtures.h"
#include "weft/workload/saved_tensors.h"
#include "weft/workload/workspace.h"

namespace weft::workload {
namespace {

using namespace testing;

// The mixer alone: a model of such layers only.
Model scans_only(int groups = 8) {
  Model model = shipped("nemotron_h_8b");
  model.layers = 4;
  model.pattern = "MMMM";
  model.state_space->groups = groups;
  return model;
}

// Dao and Gu, arXiv 2405.21060 §7: one projection of 2·8192 + 2·8·128 + 128 columns, one of 8192
// rows; a convolution of 4 tokens with a bias, three numbers a head, two norms.
TEST(StateSpace, HasTheParametersOfMamba2) {
  const Model model = scans_only();
  const double in = 2 * 8192 + 2 * 8 * 128 + 128;
  const double convolved = 8192 + 2 * 8 * 128;
  const double expected = 4096 * in + 8192 * 4096 + 5 * convolved + 3 * 128 + 8192 + 4096;
  EXPECT_DOUBLE_EQ(state_space_parameters(model, 1), expected);
  EXPECT_DOUBLE_EQ(sharded_parameters(model, LayerKind::kDense, {}).dense, expected);
}

TEST(StateSpace, ProjectsOnceInAndOnceOut) {
  const auto layer = work(job_of(scans_only()), LayerKind::kDense);
  const double in = 2 * 8192 + 2 * 8 * 128 + 128;
  EXPECT_DOUBLE_EQ(linear_flops(layer.forward), 2.0 * 4096 * 4096 * (in + 8192));
  EXPECT_DOUBLE_EQ(linear_flops(layer.backward), 2 * linear_flops(layer.forward));
  EXPECT_EQ(attention_flops(layer.forward), 0);
}

// Of a token: each of 8192 channels adds to 128 numbers and reads them, and meets half a chunk of
// 128 tokens; each of 8 groups compares the tokens of a chunk.
TEST(StateSpace, ScansInChunks) {
  const auto layer = work(job_of(scans_only()), LayerKind::kDense);
  const double channels = 8192;
  const double states = channels * 128;
  const double pairs = 8 * 128 * 128;
  const double half = channels * 64;
  EXPECT_DOUBLE_EQ(batched_flops(layer.forward), 2 * 4096 * (2 * states + half + pairs));
  // States and pairs again; gradients of states, of what is added and read, of inputs through
  // states and pairs; of pairs and decays, and of pairs to both sides.
  EXPECT_DOUBLE_EQ(batched_flops(layer.backward), 2 * 4096 * (5 * states + 3 * half + 3 * pairs));
}

TEST(StateSpace, MarksItsScan) {
  for (const auto& kernel : work(job_of(scans_only()), LayerKind::kDense).backward.kernels) {
    EXPECT_TRUE(kernel.is_scan || !is_batched(kernel));
    EXPECT_FALSE(kernel.is_scan && kernel.is_weight_gradient);
  }
}

TEST(StateSpace, GrowsWithTheSequenceItself) {
  const auto flops = [](std::int64_t sequence) {
    return batched_flops(work(job_of(scans_only(), sequence), LayerKind::kDense).forward);
  };
  EXPECT_DOUBLE_EQ(flops(65536), 16 * flops(4096));
}

TEST(StateSpace, IsCutByHeads) {
  const auto job = job_of(scans_only(), 8192);
  const auto whole = work(job, LayerKind::kDense);
  for (const int tensor : {1, 2, 8}) {
    for (const int context : {1, 4}) {
      const auto part = work(job, LayerKind::kDense, shard_of(tensor, context));
      const double parts = tensor * context;
      EXPECT_NEAR(parts * linear_flops(part.forward) / linear_flops(whole.forward), 1, 1e-12);
      EXPECT_NEAR(parts * batched_flops(part.backward) / batched_flops(whole.backward), 1, 1e-12);
    }
  }
  // As attention: a gather in and a scatter out, the same back and a gather for the weights.
  const auto cut = work(job, LayerKind::kDense, shard_of(8));
  EXPECT_EQ(times(cut.forward, Group::kTensor, ExchangeKind::kAllGather), 1);
  EXPECT_EQ(times(cut.forward, Group::kTensor, ExchangeKind::kReduceScatter), 1);
  EXPECT_EQ(times(cut.backward, Group::kTensor, ExchangeKind::kAllGather), 2);
}

// A group that ranks share stands on each of them.
TEST(StateSpace, CopiesGroupsBeyondTheirNumber) {
  const auto flops = [](int groups) {
    return linear_flops(work(job_of(scans_only(groups)), LayerKind::kDense, shard_of(8)).forward);
  };
  EXPECT_EQ(flops(1), flops(8));
  EXPECT_GT(state_space_parameters(scans_only(1), 8), state_space_parameters(scans_only(1), 1) / 8);
}

// Heads go out for tokens and come back: inputs of 2·8192 + 2048 + 128 columns, outputs of 8192.
TEST(StateSpace, TradesHeadsForTokensOverContextRanks) {
  const auto layer = work(job_of(scans_only(), 8192), LayerKind::kDense, shard_of(1, 4));
  double bytes = 0;
  for (const auto& e : layer.forward.exchanges) {
    EXPECT_EQ(e.group, Group::kContext);
    EXPECT_EQ(e.kind, ExchangeKind::kAllToAll);
    bytes += e.bytes.si();
  }
  EXPECT_DOUBLE_EQ(bytes, 2.0 * 2048 * (3 * 8192 + 2048 + 128));
}

// What goes in, what the scan and the gated norm yield, the norm's input and output.
TEST(StateSpace, KeepsItsInputsAndNoStates) {
  const auto kept = saved_tensors(job_of(scans_only()), {}, LayerKind::kDense, {}).kept();
  const double columns = 2 * 8192 + 2048 + 128 + 2 * 8192 + 2 * 4096;
  EXPECT_DOUBLE_EQ(kept.si(), 2.0 * 4096 * columns);
}

TEST(Hybrid, HasTheMeanOfItsMixers) {
  const auto job = shipped_job("nemotron_h_8b");
  ASSERT_EQ(job.model.layers_with(Mixer::kStateSpace), 24);
  const auto mean = work(job, LayerKind::kDense);
  const auto of = [&](char mixer, const auto& what) {
    auto alone = job;
    alone.model.pattern.assign(52, mixer);
    return what(work(alone, LayerKind::kDense).forward);
  };
  for (const auto& what : {linear_flops, attention_flops, batched_flops, streamed_bytes}) {
    const double expected = 24 * of('M', what) + 4 * of('*', what) + 24 * of('-', what);
    EXPECT_NEAR(52 * what(mean.forward) / expected, 1, 1e-12);
  }
}

TEST(Hybrid, PlacesItsExpertsByThePattern) {
  const Model model = shipped("nemotron3_nano_30b_a3b");
  EXPECT_EQ(model.moe_layers(), 23);
  EXPECT_FALSE(model.is_moe_layer(0));
  EXPECT_TRUE(model.is_moe_layer(1));
  EXPECT_EQ(model.moe_layers_of_first(7), 3);
  // Its MoE layers have no mixer beside the experts.
  const auto moe = work(job_of(model), LayerKind::kMoe, shard_of(1, 1, 8));
  EXPECT_EQ(attention_flops(moe.forward), 0);
  EXPECT_DOUBLE_EQ(linear_flops(moe.forward), 2.0 * 4096 * 2688 * (2 * 6 * 1856 + 2 * 3712 + 128));
}

// LatentMoE: tokens travel and experts work at 1024 of 4096.
TEST(Hybrid, SendsLatentTokensToExperts) {
  auto job = shipped_job("nemotron3_super_120b_a12b");
  const auto sent = [&] {
    double bytes = 0;
    for (const auto& e : work(job, LayerKind::kMoe, shard_of(1, 1, 64)).forward.exchanges) {
      bytes += e.bytes.si();
    }
    return bytes;
  };
  const double narrow = sent();
  job.model.moe->latent = 0;
  EXPECT_DOUBLE_EQ(sent(), 4 * narrow);
}

// The weights of the model cards: 8.1, 56.3, 31.6 and 120.6 G; here to the last parameter of the
// shapes.
TEST(Hybrid, CountsItsParameters) {
  const auto total = [](const char* name) { return count_parameters(shipped(name)).total; };
  EXPECT_EQ(total("nemotron_h_8b"), 8'100'852'736);
  EXPECT_EQ(total("nemotron_h_56b"), 56'324'350'464);
  EXPECT_EQ(total("nemotron3_super_120b_a12b"), 120'668'687'360);
}

// In front of a bare scan: 7 FLOPs a channel and number, three times, beside the matrices
// (NVIDIA/Megatron-LM megatron/training/training.py).
TEST(Hybrid, CountsFlopsAsMegatron) {
  const Model model = scans_only();
  const double layer = state_space_parameters(model, 1);
  const double head = 131072.0 * 4096;
  const auto flops = model_flops_per_token(model, 4096, FlopConvention::kCausalAttention);
  EXPECT_DOUBLE_EQ(flops.si(), 6 * (4 * layer + head) + 3 * 4 * 7.0 * 8192 * 128);
}

TEST(Hybrid, WorksWithinTheLargestMixer) {
  auto job = shipped_job("nemotron_h_8b");
  const auto need = [&](const char* pattern) {
    job.model.pattern = pattern;
    job.model.layers = static_cast<int>(job.model.pattern.size());
    return backward_workspace(job, {}, LayerKind::kDense, {});
  };
  EXPECT_EQ(need("M-*"), std::max({need("M"), need("-"), need("*")}));
  EXPECT_GT(need("M"), need("*"));
}

}  // namespace
}  // namespace weft::workload
