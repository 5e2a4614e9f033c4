// Plans that are written out and read again.
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "shipped.h"
#include "weft/base/random.h"
#include "weft/plan/check.h"
#include "weft/plan/space.h"
#include "weft/plan/write.h"
#include "weft/study/run.h"

namespace weft {
namespace {

plan::Plan reread(const std::string& text, const workload::Job& job,
                  const cluster::Cluster& cluster) {
  const auto document = base::Document::parse("plan: " + text + "\n", "written.yaml");
  base::Reading reading;
  const auto request = plan::read_request(*document.root().find("plan"), reading, job, cluster);
  reading.throw_if_any();
  EXPECT_TRUE(request.is_complete()) << text;
  return study::plan_of(request);
}

class WrittenPlans : public testing::Test {
 protected:
  static int one_of(const std::vector<int>& values, base::RandomStream& random) {
    return values[random.below(values.size())];
  }

  // Keys that no search varies, where they have an effect.
  static void add_keys(plan::Plan& plan, const workload::Job& job, base::RandomStream& random) {
    plan.zero = one_of({0, 1, 2, 3}, random);
    const int ranks = plan.data * plan.context;
    if (plan.zero > 0 && ranks % 2 == 0 && random.below(2) == 0) plan.zero_ranks = ranks / 2;
    plan.context_exchange = plan.context > 1 ? static_cast<plan::ContextExchange>(random.below(3))
                                             : plan::ContextExchange::kRing;
    if (random.below(2) == 0) {
      plan.rank_order = {plan::Axis::kData, plan::Axis::kTensor, plan::Axis::kPipeline,
                         plan::Axis::kContext};
    }
    if (random.below(3) == 0) plan.gradient_bytes = one_of({2, 4}, random);
    if (random.below(3) == 0) plan.optimizer_offload = 0.1 * one_of({1, 3, 7, 10}, random);
    add_recompute(plan, job, random);
    const bool alone = plan.recompute_layers.empty() && plan.recompute_group == 1;
    if (alone && random.below(3) == 0) plan.activation_offload = 1.0 / one_of({3, 7}, random);
    if (job.model.moe && random.below(2) == 0) {
      plan.expert_tensor = plan.tensor;
      plan.expert = std::gcd(job.model.moe->experts, plan.context * plan.data);
    }
    if (plan.schedule == plan::Schedule::kOneForwardOneBackward && random.below(3) == 0) {
      add_layers(plan, job);
    }
  }

  static void add_recompute(plan::Plan& plan, const workload::Job& job,
                            base::RandomStream& random) {
    plan.recompute = static_cast<plan::Recompute>(random.below(plan::kRecomputeCount + 1));
    if (plan.recompute == plan::Recompute::kModules) {
      const auto held = modules_of(job.model);
      plan.modules = workload::Module::kLayerNorm;
      for (int m = 0; m < workload::kModuleCount; ++m) {
        const auto module = static_cast<workload::Module>(m);
        if (random.below(2) == 0) plan.modules = plan.modules | (held & module);
      }
    }
    if (plan.recompute == plan::Recompute::kNone) return;
    const int least = job.model.layers / plan.pipeline;
    for (int i = 0; i < one_of({0, 1, 2}, random) && i < plan.pipeline; ++i) {
      plan.recompute_layers.push_back(static_cast<int>(random.below(1 + least / 2)));
    }
    if (plan.recompute == plan::Recompute::kFull) plan.recompute_group = one_of({1, 2, 3}, random);
  }

  // As uneven as two neighbours can be.
  static void add_layers(plan::Plan& plan, const workload::Job& job) {
    const int chunks = plan.chunks();
    if (chunks < 2 || job.model.layers % chunks != 0 || job.model.layers / chunks < 2) return;
    plan.layers.assign(static_cast<std::size_t>(chunks), job.model.layers / chunks);
    --plan.layers.front();
    ++plan.layers.back();
  }
};

TEST_F(WrittenPlans, AreReadAsTheyWere) {
  const auto cluster = test::cluster_of("{use: dgx_h100, hosts: 8}");
  const auto software = test::software_of("megatron_core");
  int seen = 0;
  for (const char* model : {"llama3_8b", "mixtral_8x7b", "deepseek_v2_lite"}) {
    const auto job = test::job_of(model, 8192, 64);
    plan::SpaceCount count;
    plan::Request request;
    request.axes = plan::Axes::wide();
    const auto all = plan::legal_plans(cluster, job, software, request, count);
    base::RandomStream random(11, base::stream_of(model));
    for (int i = 0; i < 400; ++i) {
      auto plan = all[random.below(all.size())];
      add_keys(plan, job, random);
      if (plan::first_problem(cluster, job, plan)) continue;
      ++seen;
      const auto text = plan::document_text(plan);
      EXPECT_EQ(plan::document_text(reread(text, job, cluster)), text);
      EXPECT_TRUE(reread(text, job, cluster) == plan) << text;
    }
  }
  EXPECT_GT(seen, 300);
}

// Where stages lie on parts of different chips.
TEST_F(WrittenPlans, KeepTheirPlaceOnParts) {
  const auto cluster = test::cluster_of(
      "{mixed: [{use: dgx_h100, hosts: 2}, {use: dgx_a100_80g, hosts: 1}], between: {link: "
      "ib_ndr}}");
  const auto job = test::job_of("llama3_8b", 8192, 64);
  plan::Plan plan;
  plan.tensor = 2;
  plan.sequence_parallel = true;
  plan.data = 4;
  plan.pipeline = 3;
  plan.parts = {0, 1, 0};
  plan.layers = {12, 8, 12};
  const auto text = plan::document_text(plan);
  EXPECT_NE(text.find("parts: [0, 1, 0]"), std::string::npos) << text;
  EXPECT_TRUE(reread(text, job, cluster) == plan) << text;
}

TEST_F(WrittenPlans, KeepAnOrderOfTheUsersOwn) {
  const auto cluster = test::cluster_of("{use: dgx_h100, hosts: 1}");
  const auto job = test::job_of("llama3_8b", 4096, 2);
  plan::Plan plan;
  plan.pipeline = 2;
  plan.virtual_stages = 2;
  plan.tensor = 4;
  plan.sequence_parallel = true;
  plan.schedule = plan::Schedule::kGiven;
  plan.order.fold = true;
  plan.order.stages = {plan::parse_operations("F0 F1 F0.1 F1.1 B0.1 B1.1 I0 W0 B1"),
                       plan::parse_operations("F0 F0.1 F1&B0.1 F1.1 B0 I1.1 W1.1 B1")};
  EXPECT_EQ(plan::operations_text(plan.order.stages[1]), "F0 F0.1 F1&B0.1 F1.1 B0 I1.1 W1.1 B1");
  EXPECT_TRUE(reread(plan::document_text(plan), job, cluster) == plan);
}

// Keys that differ, and nothing else.
TEST(ChangedText, NamesWhatDiffers) {
  plan::Plan from;
  from.tensor = 8;
  from.activation_offload = 0.5;
  auto to = from;
  to.data = 4;
  to.recompute = plan::Recompute::kFull;
  to.recompute_layers = {3};
  EXPECT_EQ(plan::changed_text(from, to), "data: 4, recompute: full, recompute_layers: [3]");
  EXPECT_EQ(plan::changed_text(to, to), "");
  to = from;
  to.activation_offload = 0;
  EXPECT_EQ(plan::changed_text(from, to), "activation_offload: 0");
}

}  // namespace
}  // namespace weft
