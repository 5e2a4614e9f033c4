// Multi-head latent attention by hand, on the layer of DeepSeek-V3 (arXiv 2412.19437 §4.2).

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

constexpr double kHidden = 7168;
constexpr double kHeads = 128;
constexpr double kQueryRank = 1536;
constexpr double kRank = 512;
constexpr double kRotary = 64;
constexpr double kKey = 128 + kRotary;
constexpr double kValue = 128;

// Down to the ranks and up to the heads.
constexpr double kDown = kHidden * (kQueryRank + kRank + kRotary);
constexpr double up(double heads) {
  return heads * (kQueryRank * kKey + kRank * (kKey - kRotary + kValue) + kHidden * kValue);
}
constexpr double kNorms = 2 * kHidden + kQueryRank + kRank;

TEST(LatentAttention, HasItsMatricesAndFourNorms) {
  const auto model = shipped("deepseek_v3");
  EXPECT_DOUBLE_EQ(attention_parameters(model, 1), kDown + up(kHeads) + kNorms);
}

// The published weights without the bias of the router, 256 in 58 layers: 671 026 404 352.
TEST(LatentAttention, MakesTheModelExact) {
  EXPECT_DOUBLE_EQ(count_parameters(shipped("deepseek_v3")).total, 671'026'404'352);
}

TEST(LatentAttention, SplitsHeadsButNotRanks) {
  const auto model = shipped("deepseek_v3");
  for (const double t : {2.0, 8.0, 64.0}) {
    EXPECT_NEAR(attention_parameters(model, t), kDown + kNorms + up(kHeads / t), 1e-3) << t;
  }
}

TEST(LatentAttention, MayLeaveQueriesWhole) {
  auto model = shipped("deepseek_v3");
  model.latent->query_rank = 0;
  const double query = kHidden * kHeads * kKey;
  const double rest = kHidden * (kRank + kRotary) +
                      kHeads * (kRank * (kKey - kRotary + kValue) + kHidden * kValue) +
                      2 * kHidden + kRank;
  EXPECT_DOUBLE_EQ(attention_parameters(model, 1), query + rest);
  const auto whole = work(job_of(model), LayerKind::kDense);
  const auto ranked = work(shipped_job("deepseek_v3"), LayerKind::kDense);
  EXPECT_EQ(whole.forward.kernels.size() + 1, ranked.forward.kernels.size());
}

// Matrices once per token, scores of 128 heads over 192 and 128 dimensions under the mask.
TEST(LatentAttention, DoesTheWorkOfItsMatricesAndScores) {
  const double s = 4096;
  const auto layer = work(shipped_job("deepseek_v3"), LayerKind::kDense);
  EXPECT_DOUBLE_EQ(linear_flops(layer.forward), 2 * s * (kDown + up(kHeads) + 3 * kHidden * 18432));
  EXPECT_DOUBLE_EQ(attention_flops(layer.forward), 2 * (kKey + kValue) * kHeads * s * (s + 1) / 2);
  EXPECT_DOUBLE_EQ(attention_flops(layer.backward),
                   (6 * kKey + 4 * kValue) * kHeads * s * (s + 1) / 2);
}

// With sequence parallelism each rank compresses its own tokens, and expands all for its heads.
TEST(LatentAttention, OverTensorRanksDoesTheWorkOnce) {
  const auto job = shipped_job("deepseek_v3");
  const double whole = linear_flops(work(job, LayerKind::kDense).forward);
  for (const int t : {2, 8}) {
    EXPECT_NEAR(t * linear_flops(work(job, LayerKind::kDense, shard_of(t)).forward) / whole, 1,
                1e-12);
    Shard plain = shard_of(t);
    plain.sequence_parallel = false;
    const double twice = t * linear_flops(work(job, LayerKind::kDense, plain).forward);
    EXPECT_NEAR((twice - whole) / (2 * 4096.0 * kDown), t - 1, 1e-9);
  }
}

TEST(LatentAttention, SendsExpandedKeysAndValuesRound) {
  const auto job = shipped_job("deepseek_v3", 8192);
  const auto layer = work(job, LayerKind::kDense, shard_of(1, 4));
  ASSERT_EQ(times(layer.forward, Group::kContext, ExchangeKind::kRing), 1);
  EXPECT_DOUBLE_EQ(layer.forward.exchanges[0].bytes.si(), 2 * 2048.0 * kHeads * (kKey + kValue));
}

TEST(LatentAttention, IsReadWithItsRanks) {
  const std::string text =
      "kind: model\nname: Tiny\nlayers: 4\nhidden: 64\nheads: 4\nffn: 256\nvocabulary: 100\n"
      "head_dim: 8\nlatent: {query_rank: 0, key_value_rank: 16, rotary_dim: 4, value_dim: 12}\n";
  base::Reading reading;
  const auto model = read_model(base::Document::parse(text, "tiny.yaml"), reading);
  reading.throw_if_any();
  EXPECT_EQ(model.key_dim(), 12);
  EXPECT_EQ(model.value_dim(), 12);
  base::Reading bad;
  read_model(base::Document::parse(text + "window: {tokens: 0}\n", "tiny.yaml"), bad);
  EXPECT_EQ(bad.diagnostics().empty(), true);  // no window
}

}  // namespace
}  // namespace weft::workload
