// All-to-all with one partner after another: all ranks cross the same tier in a step.

#include <numeric>

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::traffic {
namespace {

using namespace testing;

double pairwise_over_closed(const Fabric& fabric, const std::vector<std::int32_t>& group,
                            double bytes) {
  const double closed =
      closed_form(fabric, Collective::kAllToAll, Algorithm::kPairwise, group, bytes);
  RunOptions options;
  options.routing.policy = graph::Policy::kSpray;
  const Network network(fabric);
  return run(network, Collective::kAllToAll, Algorithm::kPairwise, group, bytes, options).time /
         closed;
}

TEST(Pairwise, EqualsTheClosedFormWhereGroupsFillTheirTiers) {
  const Tier mesh = make_tier(TierKind::kFullMesh, 8, make_link(28, 2, 0.7, 100));
  const Tier inside = make_tier(TierKind::kSwitch, 8, make_link(400, 1, 0.8, 40));
  const Tier network = make_tier(TierKind::kSwitch, 5, make_link(50, 5, 0.9, 60));
  for (const Fabric& fabric :
       {Fabric({mesh}), Fabric({inside, network}), Fabric({mesh, network})}) {
    for (const double bytes : {1e4, 1e9}) {
      EXPECT_NEAR(pairwise_over_closed(fabric, everyone(fabric), bytes), 1, 1e-9) << bytes;
    }
  }
}

// Ranks of half a host are ahead of the others, and two of them send to one port at a time.
TEST(Pairwise, OfUnevenGroupsIsAtMostTwiceAsSlow) {
  const Tier inside = make_tier(TierKind::kSwitch, 8, make_link(400, 1, 0.8, 40));
  const Tier network = make_tier(TierKind::kSwitch, 4, make_link(50, 5, 0.9, 60));
  const Fabric fabric({inside, network});
  std::vector<std::int32_t> group(28);
  std::iota(group.begin(), group.end(), 0);
  const double ratio = pairwise_over_closed(fabric, group, 1e9);
  EXPECT_GE(ratio, 0.9);
  EXPECT_LE(ratio, 2.1);
}

}  // namespace
}  // namespace weft::traffic
