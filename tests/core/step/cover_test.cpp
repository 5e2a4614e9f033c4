// Kernel time that several exchanges could hide behind.
#include <gtest/gtest.h>

#include "layers.h"

namespace weft::step {
namespace {

// Links so slow that all of the cover is used.
class SlowLinks : public OnHosts {
 protected:
  void SetUp() override {
    job_ = test::job_of("mixtral_8x7b", 4096, 64);
    job_.model.moe->experts = 64;
    auto tiers = cluster_.fabric.tiers();
    for (auto& tier : tiers) tier.link.bandwidth *= 1e-4;
    cluster_.fabric = interconnect::Fabric(tiers);
    software_.tensor_hidden = 1;
    software_.expert_hidden = 1;
  }
  PassCost forward(int experts_ranks, const LayerOptions& options = {}) const {
    auto plan = tensor_plan(8);
    plan.data = 8;
    plan.expert = experts_ranks;
    return cost(plan, workload::LayerKind::kMoe, options).forward;
  }
};

TEST_F(SlowLinks, ExchangesOfOneTierShareTheKernels) {
  const auto pass = forward(8);
  EXPECT_GT(pass.tensor.hidden.si(), 0);
  EXPECT_GT(pass.expert.hidden.si(), 0);
  EXPECT_NEAR((pass.tensor.hidden + pass.expert.hidden) / pass.kernels, 1, 1e-12);
  EXPECT_EQ(pass.open.si(), 0);
}

TEST_F(SlowLinks, ExchangesOfTwoTiersRunAtOnce) {
  const auto pass = forward(64);
  EXPECT_GT(pass.tensor.exposed, pass.kernels);
  EXPECT_NEAR(pass.expert.hidden / (pass.kernels + pass.tensor.exposed), 1, 1e-12);
}

// The other pass of a pair works while this one waits for experts: nothing else hides there.
TEST_F(SlowLinks, InPairsTheWaitForExpertsIsGivenAway) {
  software_.tensor_hidden = 0;
  cluster_.host.device_link = base::Bandwidth(1e3);
  LayerOptions options;
  options.offloaded = 1;
  const auto alone = forward(8, options);
  EXPECT_NEAR((alone.offload.hidden - alone.kernels - alone.tensor.exposed) / alone.expert.exposed,
              1, 1e-9);
  options.in_pairs = true;
  const auto paired = forward(8, options);
  EXPECT_EQ(paired.expert.hidden.si(), 0);
  EXPECT_NEAR(paired.offload.hidden / (paired.kernels + paired.tensor.exposed), 1, 1e-9);
  EXPECT_NEAR((paired.open - paired.offload.exposed) / paired.kernels, 1, 1e-6);
}

// What the slow exchanges take is all that counts.
TEST_F(SlowLinks, FasterKernelsChangeNothing) {
  const auto same_tier = forward(8);
  const auto two_tiers = forward(64);
  for (auto& peak : cluster_.chip.device.peaks.matrix) peak *= 2;
  EXPECT_LT(forward(8).kernels, same_tier.kernels);
  EXPECT_NEAR(forward(8).total / same_tier.total, 1, 1e-12);
  EXPECT_NEAR(forward(64).total / two_tiers.total, 1, 1e-12);
}

}  // namespace
}  // namespace weft::step
