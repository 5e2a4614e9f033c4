// What is exchanged around a layer, how often and how much.

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

constexpr auto kGather = ExchangeKind::kAllGather;
constexpr auto kScatter = ExchangeKind::kReduceScatter;
constexpr auto kReduce = ExchangeKind::kAllReduce;

Shard plain_tensor(int tensor) { return {tensor, false, 1, 1, 1}; }

TEST(Exchanges, AreNoneOnOneDevice) {
  for (const auto kind : {LayerKind::kDense, LayerKind::kEmbedding, LayerKind::kHead}) {
    const auto layer = work(shipped_job("llama3_8b"), kind);
    EXPECT_TRUE(layer.forward.exchanges.empty());
    EXPECT_TRUE(layer.backward.exchanges.empty());
  }
  EXPECT_TRUE(work(shipped_job("mixtral_8x7b"), LayerKind::kMoe).forward.exchanges.empty());
}

// Shoeybi et al., arXiv 1909.08053: two all-reduces forward and two backward in a layer.
TEST(TensorParallel, ReducesFourTimesALayer) {
  const auto layer = work(shipped_job("llama3_8b"), LayerKind::kDense, plain_tensor(4));
  EXPECT_EQ(times(layer.forward, Group::kTensor, kReduce), 2);
  EXPECT_EQ(times(layer.backward, Group::kTensor, kReduce), 2);
  EXPECT_EQ(layer.forward.exchanges.size() + layer.backward.exchanges.size(), 4u);
}

// arXiv 2205.05198, Fig. 5 and §4.2.2: each all-reduce becomes a gather and a scatter, and the
// input of a column-parallel layer is gathered once more for its weight gradient.
TEST(SequenceParallel, GathersAndScattersInstead) {
  const auto layer = work(shipped_job("llama3_8b"), LayerKind::kDense, shard_of(4));
  EXPECT_EQ(times(layer.forward, Group::kTensor, kGather), 2);
  EXPECT_EQ(times(layer.forward, Group::kTensor, kScatter), 2);
  EXPECT_EQ(times(layer.backward, Group::kTensor, kGather), 4);
  EXPECT_EQ(times(layer.backward, Group::kTensor, kScatter), 2);
  EXPECT_EQ(times(layer.forward, Group::kTensor, kReduce), 0);
  EXPECT_EQ(times(layer.backward, Group::kTensor, kReduce), 0);
}

TEST(TensorParallel, MovesTheWholeStreamOfTheMicroBatch) {
  for (const auto& shard : {plain_tensor(4), shard_of(4), shard_of(8)}) {
    Shard wide = shard;
    wide.context = 2;
    wide.micro_batch = 3;
    const auto layer = work(shipped_job("llama3_8b"), LayerKind::kDense, wide);
    for (const Pass* pass : {&layer.forward, &layer.backward}) {
      for (const auto& exchange : pass->exchanges) {
        if (exchange.group != Group::kTensor) continue;
        EXPECT_DOUBLE_EQ(exchange.bytes.si(), 3 * 4096.0 / 2 * 4096 * 2);
      }
    }
  }
}

TEST(TensorParallel, JoinsTheVocabularyAtBothEnds) {
  const auto job = shipped_job("llama3_8b");
  EXPECT_EQ(
      times(work(job, LayerKind::kEmbedding, plain_tensor(4)).forward, Group::kTensor, kReduce), 1);
  EXPECT_EQ(times(work(job, LayerKind::kEmbedding, shard_of(4)).forward, Group::kTensor, kScatter),
            1);
  const auto head = work(job, LayerKind::kHead, shard_of(4));
  EXPECT_EQ(times(head.forward, Group::kTensor, kReduce), 3);  // maximum, sum, target
  EXPECT_EQ(times(head.forward, Group::kTensor, kGather), 1);
  EXPECT_EQ(times(head.backward, Group::kTensor, kGather), 1);
  EXPECT_EQ(times(head.backward, Group::kTensor, kScatter), 1);
}

// The transpose of the forward reduce-scatter: each rank needs the gradient of all tokens for its
// slice of the table.
TEST(SequenceParallel, GathersTheGradientOfTheEmbedding) {
  const auto layer = work(shipped_job("llama3_8b"), LayerKind::kEmbedding, shard_of(4));
  EXPECT_EQ(times(layer.backward, Group::kTensor, kGather), 1);
}

// Every rank looks up all tokens in its slice before they are scattered.
TEST(SequenceParallel, LooksUpAllTokens) {
  const auto job = shipped_job("llama3_8b");
  EXPECT_DOUBLE_EQ(streamed_bytes(work(job, LayerKind::kEmbedding, shard_of(4)).forward),
                   streamed_bytes(work(job, LayerKind::kEmbedding, plain_tensor(4)).forward));
}

// K and V of one rank's tokens pass round; backward their gradients go with them.
TEST(ContextParallel, PassesKeysAndValuesRound) {
  const auto layer = work(shipped_job("llama3_8b", 8192), LayerKind::kDense, shard_of(1, 4));
  ASSERT_EQ(layer.forward.exchanges.size(), 1u);
  ASSERT_EQ(layer.backward.exchanges.size(), 1u);
  EXPECT_EQ(layer.forward.exchanges[0].group, Group::kContext);
  EXPECT_EQ(layer.forward.exchanges[0].kind, ExchangeKind::kRing);
  EXPECT_DOUBLE_EQ(layer.forward.exchanges[0].bytes.si(), 2 * 2048.0 * 8 * 128 * 2);
  EXPECT_DOUBLE_EQ(layer.backward.exchanges[0].bytes.si(), 4 * 2048.0 * 8 * 128 * 2);
}

TEST(ContextParallel, MovesLessPerRankWhenHeadsAreSplitToo) {
  const auto bytes = [](int tensor) {
    const auto layer = work(shipped_job("llama3_8b", 8192), LayerKind::kDense, shard_of(tensor, 4));
    for (const auto& exchange : layer.forward.exchanges) {
      if (exchange.kind == ExchangeKind::kRing) return exchange.bytes.si();
    }
    return 0.0;
  };
  EXPECT_DOUBLE_EQ(bytes(8), bytes(1) / 8);
  EXPECT_DOUBLE_EQ(bytes(16), bytes(8));  // one key-value head is the least
}

TEST(ExpertParallel, SendsEveryRoutedRowThereAndBack) {
  const auto job = shipped_job("mixtral_8x7b");
  for (const int tensor : {1, 2}) {
    const auto layer = work(job, LayerKind::kMoe, shard_of(tensor, 1, 4));
    for (const Pass* pass : {&layer.forward, &layer.backward}) {
      EXPECT_EQ(times(*pass, Group::kExpert, ExchangeKind::kAllToAll), 2);
      for (const auto& exchange : pass->exchanges) {
        if (exchange.group != Group::kExpert) continue;
        EXPECT_DOUBLE_EQ(exchange.bytes.si() * tensor, 4096.0 * 2 * 4096 * 2);
      }
    }
  }
}

// Routed experts are whole, so only attention and shared experts meet over tensor ranks.
TEST(ExpertParallel, LeavesTensorExchangesToAttentionAndSharedExperts) {
  const auto routed = work(shipped_job("mixtral_8x7b"), LayerKind::kMoe, shard_of(2, 1, 4));
  EXPECT_EQ(times(routed.forward, Group::kTensor, kGather), 1);
  EXPECT_EQ(times(routed.forward, Group::kTensor, kScatter), 1);
  const auto shared = work(job_of(shared_expert_model()), LayerKind::kMoe, shard_of(2, 1, 4));
  EXPECT_EQ(times(shared.forward, Group::kTensor, kGather), 2);
  EXPECT_EQ(times(shared.forward, Group::kTensor, kScatter), 2);
}

}  // namespace
}  // namespace weft::workload
