#include "fixtures.h"

#include <gtest/gtest.h>

namespace weft::imports::testing {

void expect_same_shape(const workload::Model& is, const workload::Model& expected,
                       const std::string& what) {
  SCOPED_TRACE(what);
  EXPECT_EQ(is.layers, expected.layers);
  EXPECT_EQ(is.hidden, expected.hidden);
  EXPECT_EQ(is.heads, expected.heads);
  EXPECT_EQ(is.kv_heads, expected.kv_heads);
  EXPECT_EQ(is.head_dim, expected.head_dim);
  EXPECT_EQ(is.window, expected.window);
  EXPECT_NEAR(is.windowed_share, expected.windowed_share, 1e-4);  // shipped with four digits
  EXPECT_EQ(is.score_soft_cap, expected.score_soft_cap);
  EXPECT_EQ(is.ffn, expected.ffn);
  EXPECT_EQ(is.gated, expected.gated);
  EXPECT_EQ(is.vocabulary, expected.vocabulary);
  EXPECT_EQ(is.tied_embeddings, expected.tied_embeddings);
  EXPECT_EQ(is.prediction_layers, expected.prediction_layers);
  EXPECT_EQ(is.pattern, expected.pattern);
  ASSERT_EQ(is.state_space.has_value(), expected.state_space.has_value());
  if (is.state_space) {
    EXPECT_EQ(is.state_space->heads, expected.state_space->heads);
    EXPECT_EQ(is.state_space->head_dim, expected.state_space->head_dim);
    EXPECT_EQ(is.state_space->state, expected.state_space->state);
    EXPECT_EQ(is.state_space->groups, expected.state_space->groups);
    EXPECT_EQ(is.state_space->chunk, expected.state_space->chunk);
  }
  ASSERT_EQ(is.latent.has_value(), expected.latent.has_value());
  if (is.latent) {
    EXPECT_EQ(is.latent->query_rank, expected.latent->query_rank);
    EXPECT_EQ(is.latent->key_value_rank, expected.latent->key_value_rank);
    EXPECT_EQ(is.latent->rotary_dim, expected.latent->rotary_dim);
    EXPECT_EQ(is.latent->value_dim, expected.latent->value_dim);
  }
  ASSERT_EQ(is.moe.has_value(), expected.moe.has_value());
  if (!is.moe) return;
  EXPECT_EQ(is.moe->experts, expected.moe->experts);
  EXPECT_EQ(is.moe->top_k, expected.moe->top_k);
  EXPECT_EQ(is.moe->shared, expected.moe->shared);
  EXPECT_EQ(is.moe->ffn, expected.moe->ffn);
  EXPECT_EQ(is.moe->shared_ffn, expected.moe->shared_ffn);
  EXPECT_EQ(is.moe->first_dense_layers, expected.moe->first_dense_layers);
  EXPECT_EQ(is.moe->every, expected.moe->every);
  EXPECT_EQ(is.moe->latent, expected.moe->latent);
}

}  // namespace weft::imports::testing
