// Detours in full meshes, message by message, against the closed form.

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::traffic {
namespace {

using namespace testing;

constexpr double kMessage = 1e8;

Fabric mesh_with_detours(int children) {
  Tier tier = make_tier(TierKind::kFullMesh, children, make_link(100, 1, 0.8, 10));
  tier.detours = true;
  return Fabric({tier});
}

double closed_alone(const Fabric& fabric, Collective collective,
                    const std::vector<std::int32_t>& group, double bytes, bool alone) {
  interconnect::GroupShape shape =
      fabric.shape_of(std::vector<std::int64_t>(group.begin(), group.end()));
  shape.alone = alone;
  return fabric.cost(collective, shape, base::Bytes(bytes)).time.si();
}

TEST(Detours, OfAGroupAloneAreThoseOfTheClosedForm) {
  for (const int children : {3, 5, 8}) {
    const Fabric fabric = mesh_with_detours(children);
    const Network network(fabric);
    for (int members = 2; members <= children; ++members) {
      for (const Collective collective : {Collective::kPointToPoint, Collective::kAllToAll}) {
        if (collective == Collective::kPointToPoint && members != 2) continue;
        for (const double bytes : {1e3, kMessage}) {
          const auto group = strided(0, 1, members);
          const RunResult result =
              run(network, collective, Algorithm::kNone, group, bytes, RunOptions{});
          const double closed = closed_alone(fabric, collective, group, bytes, true);
          EXPECT_NEAR(result.time / closed, 1, 1e-9) << children << " " << members << " " << bytes;
          EXPECT_GE(result.time * (1 + 1e-9), bound(fabric, collective, group, bytes));
        }
      }
    }
  }
}

// Groups of g side by side fill a mesh of n: (n + g - 2) / 2 links each instead of g - 1.
TEST(Detours, OfGroupsThatFillTheMeshAreThoseOfTheClosedForm) {
  const Fabric fabric = mesh_with_detours(8);
  const Network network(fabric);
  for (const int members : {2, 4, 8}) {
    std::vector<Prepared> prepared;
    std::vector<Job> jobs;
    for (int first = 0; first < 8; first += members) {
      prepared.push_back(prepare(fabric, Collective::kAllToAll, Algorithm::kDirect,
                                 strided(first, 1, members), kMessage));
      jobs.push_back(prepared.back().job);
    }
    const RunResult result = run(network, jobs, RunOptions{});
    const double closed =
        closed_alone(fabric, Collective::kAllToAll, strided(0, 1, members), kMessage, false);
    EXPECT_NEAR(result.time / closed, 1, 1e-9) << members;
  }
}

// A detour over a dead link is left out; the other five ways and the direct one remain.
TEST(Detours, KeepOffDeadLinks) {
  Tier tier = make_tier(TierKind::kFullMesh, 8, make_link(100));
  tier.detours = true;
  const Network network{Fabric({tier})};
  RunOptions options;
  for (const graph::LinkId link : network.graph().out(3)) {
    if (network.graph().to(link) != 1) continue;
    options.changes.push_back({0, link, 0});
    options.changes.push_back({0, link ^ 1, 0});
  }
  ASSERT_EQ(options.changes.size(), 2U);
  const RunResult result = run(network, Collective::kPointToPoint, Algorithm::kNone,
                               strided(0, 1, 2), kMessage, options);
  EXPECT_EQ(result.failed, 0);
  EXPECT_NEAR(result.time, kMessage / 600e9, 1e-12);
}

// Two dimensions: the way over both is spread in each.
TEST(Detours, GoOverEveryDimensionOnTheWay) {
  std::vector<Tier> tiers(2, make_tier(TierKind::kFullMesh, 4, make_link(100)));
  tiers[1].passes_on = true;
  for (Tier& tier : tiers) tier.detours = true;
  const Network network{Fabric(tiers)};
  const RunResult result = run(network, Collective::kPointToPoint, Algorithm::kNone,
                               std::vector<std::int32_t>{0, 5}, kMessage, RunOptions{});
  EXPECT_NEAR(result.time, kMessage / 300e9, 1e-12);
}

}  // namespace
}  // namespace weft::traffic
