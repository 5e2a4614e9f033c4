// All-to-all in classes against every flow on its own.

#include <gtest/gtest.h>

#include "fabrics.h"
#include "weft/traffic/fold.h"

namespace weft::traffic {
namespace {

using namespace testing;

// Without latency and cost per message: what is left is sharing.
Link plain(double gigabytes_per_second) { return make_link(gigabytes_per_second); }

double unfolded(const Network& network, double bytes_per_pair) {
  const Fabric& fabric = network.fabric();
  const auto devices = everyone(fabric);
  const auto ranks = static_cast<std::int32_t>(devices.size());
  const auto schedule =
      make_schedule(Collective::kAllToAll, Algorithm::kDirect, ranks, bytes_per_pair * ranks);
  Job job;
  job.schedule = schedule.get();
  job.devices = devices;
  job.all_to_all = true;
  RunOptions run_options;
  run_options.routing.policy = graph::Policy::kSpray;
  return run(network, {&job, 1}, run_options).time;
}

void expect_equal(const char* what, const Fabric& fabric, std::int64_t most_classes) {
  SCOPED_TRACE(::testing::Message() << what << " of " << fabric.size());
  const Network network(fabric);
  const FoldedAllToAll folded = folded_all_to_all(network.graph(), network.capacity(true), 1e6);
  EXPECT_NEAR(folded.time / unfolded(network, 1e6), 1, 1e-9);
  EXPECT_LE(folded.flow_classes, most_classes);
}

Tier cloudmatrix_host() {
  Tier tier = make_tier(TierKind::kSwitch, 16, plain(28));
  tier.links_per_device = 7;
  tier.planes = 7;
  tier.switches = 7;
  return tier;
}

TEST(Fold, EqualsEveryFlowOnItsOwn) {
  for (const int k : {4, 8}) {
    expect_equal("two tiers", k_ary_tree(k, 2, plain(50)), 2);
    expect_equal("three tiers", k_ary_tree(k, 3, plain(50)), 3);
  }
  expect_equal("switch", Fabric({make_tier(TierKind::kSwitch, 64, plain(50))}), 1);
  expect_equal("mesh", Fabric({make_tier(TierKind::kFullMesh, 16, plain(28))}), 1);
  expect_equal(
      "torus",
      Fabric({make_tier(TierKind::kRing, 4, plain(45)), make_tier(TierKind::kRing, 4, plain(45)),
              make_tier(TierKind::kRing, 8, plain(45))}),
      80);
  expect_equal(
      "rings of rings",
      Fabric({make_tier(TierKind::kRing, 5, plain(90)), make_tier(TierKind::kRing, 3, plain(45))}),
      15);
}

TEST(Fold, EqualsEveryFlowOnItsOwnOverTiers) {
  Tier tree = make_tier(TierKind::kFatTree, 8, plain(50));
  tree.radix = 16;
  tree.layers = 2;
  expect_equal("hosts", Fabric({make_tier(TierKind::kSwitch, 8, plain(400)), tree}), 4);
  Tier outer = cloudmatrix_host();
  outer.children = 8;
  outer.shares_ports = true;
  outer.switches = 112;
  expect_equal("CloudMatrix", Fabric({cloudmatrix_host(), outer}), 2);
}

TEST(Fold, OversubscriptionIsHeldByTheCore) {
  Tier tree = make_tier(TierKind::kFatTree, 48, plain(50));
  tree.radix = 16;
  tree.layers = 2;
  tree.oversubscription = 3;
  tree.layer_oversubscription = {3, 1};
  const Network network{Fabric({tree})};
  const double time = folded_all_to_all(network.graph(), network.capacity(true), 1e6).time;
  EXPECT_NEAR(time / unfolded(network, 1e6), 1, 1e-9);
  // 36 of 47 messages leave each leaf over a third of the bandwidth.
  EXPECT_NEAR(time, 3 * 36 * 1e6 / 50e9, 1e-9);
}

TEST(Fold, RefusesDevicesThatDiffer) {
  Tier line = make_tier(TierKind::kRing, 5, plain(50));
  line.wraps = false;
  const Network network{Fabric({line})};
  EXPECT_THROW((void)folded_all_to_all(network.graph(), network.capacity(true), 1),
               std::invalid_argument);
  const Network whole{Fabric({make_tier(TierKind::kSwitch, 4, plain(50))})};
  std::vector<double> slow(whole.capacity(true).begin(), whole.capacity(true).end());
  slow[0] /= 2;
  EXPECT_THROW((void)folded_all_to_all(whole.graph(), slow, 1), std::invalid_argument);
}

}  // namespace
}  // namespace weft::traffic
