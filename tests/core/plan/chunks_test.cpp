// Which layers a virtual stage holds, and the text of a plan.

#include <numeric>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::plan {
namespace {

using namespace testing;

struct Case {
  workload::Model model;
  Plan plan;
};

Case random_case(std::mt19937_64& engine) {
  Case c;
  c.model.layers = within(engine, 1, 140);
  if (engine() % 2 == 0) {
    c.model.moe =
        workload::Experts{8, 2, 0, 64, 64, within(engine, 0, c.model.layers), within(engine, 1, 4)};
  }
  c.plan.pipeline = within(engine, 1, c.model.layers);
  c.plan.virtual_stages = within(engine, 1, c.model.layers / c.plan.pipeline);
  return c;
}

// Walks the layers of the model along the virtual stages.
void expect_all_layers_once(const Case& c) {
  int layer = 0;
  for (int vs = 0; vs < c.plan.chunks(); ++vs) {
    const auto chunk = chunk_of(c.plan, c.model, vs);
    int moe = 0;
    for (int i = 0; i < chunk.layers(); ++i, ++layer) moe += c.model.is_moe_layer(layer) ? 1 : 0;
    EXPECT_EQ(chunk.moe_layers, moe);
    EXPECT_GE(chunk.dense_layers, 0);
    EXPECT_EQ(chunk.embedding, vs == 0);
    EXPECT_EQ(chunk.head, vs == c.plan.chunks() - 1);
  }
  EXPECT_EQ(layer, c.model.layers);
}

TEST(Chunks, HoldEveryLayerOnceInOrder) {
  std::mt19937_64 engine(3);
  for (int i = 0; i < 2000; ++i) expect_all_layers_once(random_case(engine));
}

TEST(Chunks, AreEvenAndSpareTheFirst) {
  std::mt19937_64 engine(4);
  for (int i = 0; i < 2000; ++i) {
    const Case c = random_case(engine);
    const int even = c.model.layers / c.plan.chunks();
    const int extra = c.model.layers % c.plan.chunks();
    const auto layers = [&](int vs) { return chunk_of(c.plan, c.model, vs).layers(); };
    EXPECT_EQ(layers(0), even);
    EXPECT_EQ(layers(c.plan.chunks() - 1), even + (extra == c.plan.chunks() - 1 && extra > 0));
    for (int vs = 0; vs < c.plan.chunks(); ++vs) EXPECT_LE(layers(vs), even + 1);
  }
}

// Llama-3.1 405B: 126 layers over 16 stages, the first and the last with one layer less (§3.3.2 of
// arXiv 2407.21783 trains with exactly that).
TEST(Chunks, OfLlama405BSpareTheFirstAndTheLast) {
  const auto model = model_of("llama3_405b");
  const auto plan = plan_of(8, 16, 1);
  EXPECT_EQ(chunk_of(plan, model, 0).layers(), 7);
  EXPECT_EQ(chunk_of(plan, model, 15).layers(), 7);
  for (int stage = 1; stage < 15; ++stage) EXPECT_EQ(chunk_of(plan, model, stage).layers(), 8);
}

// A layer of multi-token prediction stands behind the last one and counts as one of its stage.
TEST(Chunks, LeaveRoomForAPredictionLayer) {
  std::mt19937_64 engine(6);
  for (int i = 0; i < 2000; ++i) {
    Case c = random_case(engine);
    c.model.prediction_layers = 1;
    int own = 0;
    int most = 0;
    for (int vs = 0; vs < c.plan.chunks(); ++vs) {
      const auto chunk = chunk_of(c.plan, c.model, vs);
      EXPECT_EQ(chunk.prediction_layers, chunk.head ? 1 : 0);
      EXPECT_GE(chunk.layers(), 1);
      own += chunk.layers() - chunk.prediction_layers;
      most = std::max(most, chunk.layers());
    }
    EXPECT_EQ(own, c.model.layers);
    const int all = c.model.layers + 1;
    EXPECT_EQ(most, all / c.plan.chunks() + (all % c.plan.chunks() > 0 ? 1 : 0));
  }
}

TEST(Chunks, OfDeepSeekV3HaveThePredictionLayerOnTheLastStage) {
  const auto model = model_of("deepseek_v3");
  const auto plan = plan_of(1, 16, 1);  // 61 and one
  int moe = 0;
  for (int stage = 0; stage < 16; ++stage) moe += chunk_of(plan, model, stage).moe_layers;
  EXPECT_EQ(moe, 58 + 1);
  EXPECT_EQ(chunk_of(plan, model, 0).layers(), 3);
  EXPECT_EQ(chunk_of(plan, model, 15).layers(), 3);
  EXPECT_EQ(chunk_of(plan, model, 15).prediction_layers, 1);
  EXPECT_EQ(chunk_of(plan, model, 14).layers(), 4);
}

TEST(Chunks, FollowTheLayersGiven) {
  std::mt19937_64 engine(5);
  for (int i = 0; i < 500; ++i) {
    Case c = random_case(engine);
    c.plan.layers.assign(static_cast<std::size_t>(c.plan.chunks()), 1);
    for (int rest = c.model.layers - c.plan.chunks(); rest > 0; --rest) {
      ++c.plan.layers[engine() % c.plan.layers.size()];
    }
    expect_all_layers_once(c);
    for (int vs = 0; vs < c.plan.chunks(); ++vs) {
      EXPECT_EQ(chunk_of(c.plan, c.model, vs).layers(),
                c.plan.layers[static_cast<std::size_t>(vs)]);
    }
  }
}

// Where both ends count, the rule for plans that say nothing comes to the same.
TEST(Chunks, OfEndsThatCountAsLayersAreThoseOfTheRule) {
  workload::Model model;
  for (const int layers : {6, 14, 30, 62}) {
    model.layers = layers;
    for (int chunks = 2; chunks <= layers + 2; ++chunks) {
      Plan plan;
      plan.pipeline = chunks;
      auto given = plan;
      given.layers = layers_with_ends(model, chunks, true, true);
      EXPECT_EQ(given.layers.empty(), (layers + 2) % chunks != 0) << layers << ' ' << chunks;
      if (given.layers.empty()) continue;
      EXPECT_EQ(std::accumulate(given.layers.begin(), given.layers.end(), 0), layers);
      for (int vs = 0; vs < chunks; ++vs) {
        EXPECT_EQ(chunk_of(given, model, vs), chunk_of(plan, model, vs)) << chunks << ' ' << vs;
      }
    }
  }
}

// With one slot too few for the layers it is the embedding that stands alone.
TEST(Chunks, OfAnEmbeddingThatCountsAreThoseOfTheRule) {
  workload::Model model;
  model.layers = 15;
  Plan plan;
  plan.pipeline = 16;
  auto given = plan;
  given.layers = layers_with_ends(model, 16, true, false);
  ASSERT_EQ(given.layers.size(), 16U);
  for (int vs = 0; vs < 16; ++vs) {
    EXPECT_EQ(chunk_of(given, model, vs), chunk_of(plan, model, vs)) << vs;
  }
}

TEST(Chunks, OfPredictionLayersLeaveTheLastFewer) {
  workload::Model model;
  model.layers = 61;
  model.prediction_layers = 1;
  EXPECT_EQ(layers_with_ends(model, 8, true, true), (std::vector<int>{7, 8, 8, 8, 8, 8, 8, 6}));
  EXPECT_EQ(layers_with_ends(model, 64, true, true), std::vector<int>());  // two on the last
  EXPECT_EQ(layers_with_ends(model, 62, false, false).back(), 0);
}

TEST(Plan, CountsItsDevicesAndMicroBatches) {
  Plan plan = plan_of(8, 4, 12, 2);
  plan.micro_batch = 2;
  EXPECT_EQ(plan.devices(), 768);
  EXPECT_EQ(plan.micro_batches(job_of("llama3_70b", 8192, 2304)), 96);
}

TEST(Plan, IsWrittenInOneLine) {
  Plan plan = plan_of(8, 4, 12);
  EXPECT_EQ(to_text(plan), "TP8+SP PP4 DP12 ZeRO-1, micro-batch 1, recompute none");
  plan = plan_of(1, 2, 1, 4);
  plan.virtual_stages = 3;
  plan.expert = 2;
  plan.recompute = Recompute::kFull;
  EXPECT_EQ(to_text(plan), "TP1 CP4 PP2x3 DP1 EP2 ZeRO-1, micro-batch 1, recompute full");
  plan.schedule = Schedule::kGPipe;
  EXPECT_NE(layout_text(plan).find("GPipe"), std::string::npos);
}

}  // namespace
}  // namespace weft::plan
