// What context ranks exchange, in bytes that can be counted by hand.
#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

// Llama-3 8B: 32 heads and 8 key-value heads of 128.
constexpr double kTokens = 65536.0 / 4;  // of a rank
constexpr double kHead = 128.0 * 2;      // bytes of a token in one head

LayerWork exchanged(ContextExchange exchange, int tensor = 1, int context = 4) {
  Shard shard{tensor, tensor > 1, context};
  shard.context_exchange = exchange;
  return work(shipped_job("llama3_8b", 65536), LayerKind::kDense, shard);
}

double bytes_of(const Pass& pass, ExchangeKind kind) {
  double sum = 0;
  for (const auto& exchange : pass.exchanges) {
    if (exchange.group == Group::kContext && exchange.kind == kind) {
      sum += exchange.bytes.si() * exchange.count;
    }
  }
  return sum;
}

// A rank's keys and values go round; their gradients too.
TEST(ContextExchange, RingSendsABlockAndItsGradients) {
  const auto layer = exchanged(ContextExchange::kRing);
  EXPECT_DOUBLE_EQ(bytes_of(layer.forward, ExchangeKind::kRing), kTokens * 8 * 2 * kHead);
  EXPECT_DOUBLE_EQ(bytes_of(layer.backward, ExchangeKind::kRing), kTokens * 8 * 4 * kHead);
}

// All tokens' keys and values before each pass, their gradients behind the last one.
TEST(ContextExchange, GatheringEndsWithAllKeysAndValues) {
  const auto layer = exchanged(ContextExchange::kAllGather);
  const double all = 65536.0 * 8 * 2 * kHead;
  EXPECT_DOUBLE_EQ(bytes_of(layer.forward, ExchangeKind::kAllGather), all);
  EXPECT_DOUBLE_EQ(bytes_of(layer.backward, ExchangeKind::kAllGather), all);
  EXPECT_DOUBLE_EQ(bytes_of(layer.backward, ExchangeKind::kReduceScatter), all);
  EXPECT_EQ(bytes_of(layer.forward, ExchangeKind::kRing), 0);
}

// DeepSpeed-Ulysses, arXiv 2309.14509 §3.1: 4 N h / P in all for as many key-value heads as heads;
// here 32 queries, 8 keys, 8 values and 32 outputs.
TEST(ContextExchange, UlyssesTradesQueriesKeysValuesAndOutputs) {
  const auto layer = exchanged(ContextExchange::kUlysses);
  const double traded = kTokens * (32 + 8 + 8 + 32) * kHead;
  EXPECT_DOUBLE_EQ(bytes_of(layer.forward, ExchangeKind::kAllToAll), traded);
  EXPECT_DOUBLE_EQ(bytes_of(layer.backward, ExchangeKind::kAllToAll), traded);
}

// 2 key-value heads a tensor rank, wanted by 8 context ranks: each is sent four times.
TEST(ContextExchange, UlyssesCopiesKeysThatAreTooFew) {
  const auto layer = exchanged(ContextExchange::kUlysses, 4, 8);
  EXPECT_DOUBLE_EQ(bytes_of(layer.forward, ExchangeKind::kAllToAll),
                   65536.0 / 8 * (8 + 8 + 8 + 8) * kHead);
}

// The scores are the same, whoever has them.
TEST(ContextExchange, NoKindChangesTheScores) {
  const double ring = attention_flops(exchanged(ContextExchange::kRing).forward);
  for (const auto kind : {ContextExchange::kAllGather, ContextExchange::kUlysses}) {
    EXPECT_DOUBLE_EQ(attention_flops(exchanged(kind).forward), ring);
  }
}

// With a million tokens nearly all work is attention, and 16 ranks share it evenly.
TEST(LongContext, AMillionTokensAreAttention) {
  Shard shard{1, false, 16};
  const auto job = shipped_job("llama3_8b", 1 << 20);
  const auto layer = work(job, LayerKind::kDense, shard);
  const double scores = attention_flops(layer.forward);
  EXPECT_DOUBLE_EQ(scores, 32 * 4 * 128.0 * (1 << 20) / 16 * ((1 << 20) + 1) / 2);
  EXPECT_GT(scores / linear_flops(layer.forward), 15);
}

}  // namespace
}  // namespace weft::workload
