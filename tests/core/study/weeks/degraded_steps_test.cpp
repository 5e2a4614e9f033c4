#include <gtest/gtest.h>

#include "weeks.h"
#include "weft/plan/memory.h"
#include "weft/population/population.h"
#include "weft/step/evaluator.h"
#include "weft/study/degraded_steps.h"

namespace weft::study {
namespace {

using campaign::Signature;

class Degraded : public ::testing::Test {
 protected:
  Degraded()
      : study_(weeks::study_of("mature")),
        plan_(plan_of(study_.job, study_.cases.front())),
        steps_(study_.job, study_.cases.front(), plan_) {}

  double relative(const Signature& state) { return steps_.relative(state); }

  Study study_;
  plan::Plan plan_;
  DegradedSteps steps_;
};

Signature slow_link(double slowdown) {
  Signature state;
  state.slow_links = 1;
  state.link_slowdown = slowdown;
  return state;
}

Signature slow_device(double slowdown) {
  Signature state;
  state.device_slowdown = slowdown;
  return state;
}

Signature fewer(int lost) {
  Signature state;
  state.lost_replicas = lost;
  return state;
}

TEST_F(Degraded, SoundIsWhole) { EXPECT_EQ(relative({}), 1.0); }

TEST_F(Degraded, SlowerLinksCostMore) {
  double before = 1.0;
  for (const double slowdown : {1.5, 2.0, 4.0, 16.0}) {
    const double now = relative(slow_link(slowdown));
    EXPECT_LE(now, before);
    EXPECT_GE(now, 1 / slowdown);
    before = now;
  }
  EXPECT_LT(before, 1.0);
}

TEST_F(Degraded, ASlowDeviceCostsNoMoreThanItsOwnSlowdown) {
  for (const double slowdown : {1.1, 1.5, 3.0}) {
    const double now = relative(slow_device(slowdown));
    EXPECT_LT(now, 1.0);
    EXPECT_GE(now, 1 / slowdown);
  }
}

TEST_F(Degraded, FewerReplicasDoAboutTheirShare) {
  for (const int lost : {1, 4, 7}) {
    const double share = (8.0 - lost) / 8;
    EXPECT_NEAR(relative(fewer(lost)), share, 0.1 * share) << lost;
  }
  EXPECT_EQ(relative(fewer(8)), 0.0);
}

TEST_F(Degraded, SeveralAtOnceCostMoreThanEach) {
  auto both = slow_device(1.5);
  both.lost_replicas = 2;
  EXPECT_LT(relative(both), relative(slow_device(1.5)));
  EXPECT_LT(relative(both), relative(fewer(2)));
}

// One slow device, or link, holds up the stage that it works on, not the whole pipeline.
TEST_F(Degraded, HoldsUpOneStageAlone) {
  auto plan = plan_;
  plan.data = 2;
  plan.pipeline = 4;
  DegradedSteps steps(study_.job, study_.cases.front(), plan);
  const auto& c = study_.cases.front();
  const auto sound = step::Evaluator(c.cluster, study_.job, c.software).time(plan);
  auto all = c.cluster;
  all.chip.device = population::slowed(all.chip.device, 2.0);
  const double whole = sound / step::Evaluator(all, study_.job, c.software).time(plan);
  const double one = steps.relative(slow_device(2));
  EXPECT_GT(one, whole * 1.01);
  EXPECT_LT(one, 0.7);
  const double link = steps.relative(slow_link(16));
  EXPECT_LT(link, 1);
  EXPECT_GT(link, relative(slow_link(16)) / 4);
}

// Shards of the optimizer grow with fewer replicas: what then does not fit is made again, and where
// all is made again already the job cannot run.
TEST_F(Degraded, FewerReplicasMustFit) {
  auto& c = study_.cases.front();
  const double unlimited = relative(fewer(1));
  c.cluster.chip.device.memory_usable =
      plan::fullest_stage(c.cluster, study_.job, c.software, plan_).total();
  DegradedSteps tight(study_.job, c, plan_);
  const double squeezed = tight.relative(fewer(1));
  EXPECT_GT(squeezed, 0.5);
  EXPECT_LT(squeezed, unlimited);
  ASSERT_EQ(tight.notes().size(), 1U);
  EXPECT_NE(tight.notes().begin()->find("made again"), std::string::npos);

  auto full = plan_;
  full.recompute = plan::Recompute::kFull;
  c.cluster.chip.device.memory_usable =
      plan::fullest_stage(c.cluster, study_.job, c.software, full).total();
  DegradedSteps tighter(study_.job, c, full);
  EXPECT_EQ(tighter.relative(fewer(1)), 0.0);
  EXPECT_GT(tighter.relative(slow_device(1.5)), 0.0);
  ASSERT_EQ(tighter.notes().size(), 1U);
  EXPECT_NE(tighter.notes().begin()->find("waits for hosts"), std::string::npos);
}

// 64 sequences over 7 replicas are 10 for the one with most, instead of 8.
TEST_F(Degraded, TheWholeBatchMayBeShared) {
  auto state = fewer(1);
  state.keeps_batch = true;
  EXPECT_NEAR(relative(state), 0.8, 0.03);
  EXPECT_GT(relative(fewer(1)), relative(state));
}

TEST_F(Degraded, SaysWhatTheStepCannotSay) {
  EXPECT_TRUE(steps_.notes().empty());
  Signature state;
  state.rerouted_hosts = 1;
  EXPECT_DOUBLE_EQ(relative(state), 7.0 / 8);
  ASSERT_EQ(steps_.notes().size(), 1U);
  EXPECT_NE(steps_.notes().begin()->find("rerouted"), std::string::npos);
}

TEST(TiersOfSlowLinks, AreThoseWithOpticalModules) {
  const auto cluster = test::cluster_of("{use: cloudmatrix384}");
  const auto inventory = cluster.fabric.inventory();
  const auto tiers = tiers_of_slow_links(cluster.fabric);
  ASSERT_FALSE(tiers.empty());
  for (const int tier : tiers)
    EXPECT_GT(inventory[static_cast<std::size_t>(tier)].optical_modules, 0);
  EXPECT_TRUE(tiers_of_slow_links(interconnect::Fabric()).empty());
}

}  // namespace
}  // namespace weft::study
