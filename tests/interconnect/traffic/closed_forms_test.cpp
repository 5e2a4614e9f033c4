// Rings and trees over meshes and hosts, and groups that are alone: flows against closed forms.

#include <cmath>

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::traffic {
namespace {

using namespace testing;

// Time of the flows in times of the closed form of a group that is alone.
double flow_over_closed(const Fabric& fabric, Collective collective, Algorithm algorithm,
                        const std::vector<std::int32_t>& group, double bytes) {
  const std::vector<std::int64_t> devices(group.begin(), group.end());
  interconnect::GroupShape shape = fabric.shape_of(devices);
  shape.alone = true;
  const double closed = fabric.cost(collective, shape, base::Bytes(bytes), algorithm).time.si();
  RunOptions options;
  options.routing.policy = graph::Policy::kSpray;
  const double flow = run(Network(fabric), collective, algorithm, group, bytes, options).time;
  return flow / closed;
}

Tier mesh_of(int n, double gigabytes_per_second = 28) {
  return make_tier(TierKind::kFullMesh, n, make_link(gigabytes_per_second, 2, 0.7, 100));
}

Tier network_of_hosts(int hosts, double gigabytes_per_second) {
  return make_tier(TierKind::kSwitch, hosts, make_link(gigabytes_per_second, 5, 0.8, 60));
}

TEST(ClosedForms, OfRingsOverAMeshAreExact) {
  for (int n = 2; n <= 9; ++n) {
    const Fabric fabric({mesh_of(n)});
    for (const Collective collective :
         {Collective::kAllReduce, Collective::kAllGather, Collective::kReduceScatter}) {
      EXPECT_NEAR(flow_over_closed(fabric, collective, Algorithm::kRing, everyone(fabric), 3e8), 1,
                  1e-9)
          << n << " " << name_of(collective);
    }
    const double chains =
        flow_over_closed(fabric, Collective::kBroadcast, Algorithm::kRing, everyone(fabric), 3e8);
    EXPECT_NEAR(chains, 1, 0.05) << n;
  }
}

// Further in, s devices of a mesh pass on s - 1 of s parts, which the closed form takes for all.
// The edge that closes an odd number of units crosses two tiers. Rings do not keep step: what a
// message costs on a fast edge hides behind a slow one.
TEST(ClosedForms, OfRingsOverNestedMeshesAreClose) {
  for (const int boards : {2, 3, 4}) {
    for (const double network : {10.0, 400.0}) {
      const Fabric hosts({mesh_of(6), network_of_hosts(boards, network)});
      const double ratio =
          flow_over_closed(hosts, Collective::kAllReduce, Algorithm::kRing, everyone(hosts), 1e9);
      EXPECT_GE(ratio, 5.0 / 6 - 0.003) << boards << " " << network;
      EXPECT_LE(ratio, 1.03) << boards << " " << network;
    }
  }
  for (const auto& [inner, outer] : {std::pair{4, 4}, {5, 4}, {4, 6}}) {
    Tier rows = mesh_of(outer);
    rows.passes_on = true;
    const Fabric grid({mesh_of(inner), rows});
    const double ratio =
        flow_over_closed(grid, Collective::kAllReduce, Algorithm::kRing, everyone(grid), 1e9);
    EXPECT_GE(ratio, (inner - 1.0) / inner - 0.003) << inner << " " << outer;
    EXPECT_LE(ratio, 1.03) << inner << " " << outer;
  }
}

std::vector<std::int32_t> first_of(const Fabric& fabric, std::int32_t size) {
  auto group = everyone(fabric);
  group.resize(static_cast<std::size_t>(size));
  return group;
}

Fabric hosts_of_8(int hosts) {
  return Fabric(
      {make_tier(TierKind::kSwitch, 8, make_link(450, 1, 0.9, 30)), network_of_hosts(hosts, 50)});
}

// Short messages pay less on fast edges than on the slowest, which the closed form charges on each
// step.
TEST(ClosedForms, OfRingsOverHostsDoNotWaitForEachOther) {
  const Fabric fabric = hosts_of_8(16);
  for (const std::int32_t size : {16, 64, 128}) {
    const auto ratio = [&](double bytes) {
      return flow_over_closed(fabric, Collective::kAllReduce, Algorithm::kRing,
                              first_of(fabric, size), bytes);
    };
    EXPECT_NEAR(ratio(1e9), 1, 0.15) << size;
    for (const double bytes : {8e3, 1e7}) {
      EXPECT_GE(ratio(bytes), 0.5) << size << " " << bytes;
      EXPECT_LE(ratio(bytes), 1.01) << size << " " << bytes;
    }
  }
}

// As many rings as the smallest host part has members, each over ports of its own.
TEST(ClosedForms, OfRingsOverPartsOfHostsAreClose) {
  const Fabric fabric = hosts_of_8(16);
  for (const std::int32_t size : {9, 12, 20, 36, 60, 61, 100}) {
    EXPECT_NEAR(flow_over_closed(fabric, Collective::kAllReduce, Algorithm::kRing,
                                 first_of(fabric, size), 1e9),
                1, 0.1)
        << size;
  }
}

TEST(ClosedForms, OfChainsOverHostsAreClose) {
  const Fabric fabric = hosts_of_8(16);
  for (const std::int32_t size : {16, 12, 64}) {
    EXPECT_NEAR(flow_over_closed(fabric, Collective::kBroadcast, Algorithm::kRing,
                                 first_of(fabric, size), 1e9),
                1, 0.2)
        << size;
  }
}

// Lines are parts of a dimension: one ring takes up both directions, where the dimensions inside
// are circles that two rings share.
TEST(ClosedForms, OfRingsOverLinesOfATorusAreClose) {
  const auto dimension = [](int children) {
    Tier tier = make_tier(TierKind::kRing, children, make_link(50, 1, 0.8, 30));
    tier.wraps = true;
    return tier;
  };
  const Fabric fabric({dimension(4), dimension(4), dimension(4)});
  for (const std::int32_t size : {4, 8, 12, 16, 32, 64}) {
    for (const Collective collective : {Collective::kAllReduce, Collective::kBroadcast}) {
      const double ratio =
          flow_over_closed(fabric, collective, Algorithm::kRing, first_of(fabric, size), 1e9);
      // Four devices of the innermost circle pass on three of four parts.
      EXPECT_GE(ratio, 3.0 / 4 - 0.02) << size << " " << name_of(collective);
      EXPECT_LE(ratio, 1.02) << size << " " << name_of(collective);
    }
  }
}

TEST(ClosedForms, OfTreesAreCloseOnOneTier) {
  for (const int n : {2, 3, 4, 7, 8, 9}) {
    const Fabric mesh({mesh_of(n)});
    const Fabric one({network_of_hosts(n, 50)});
    for (const Fabric* fabric : {&mesh, &one}) {
      for (const Collective collective : {Collective::kAllReduce, Collective::kBroadcast}) {
        const double ratio =
            flow_over_closed(*fabric, collective, Algorithm::kTree, everyone(*fabric), 1e9);
        EXPECT_NEAR(ratio, 1, 0.1) << n << " " << name_of(collective) << (fabric == &mesh);
      }
    }
  }
}

TEST(ClosedForms, OfTreesOverHostsAreClose) {
  for (const int hosts : {2, 3, 4, 8}) {
    for (const double network : {10.0, 400.0}) {
      const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(100, 1, 0.9, 30)),
                           network_of_hosts(hosts, network)});
      const auto ratio = [&](double bytes) {
        return flow_over_closed(fabric, Collective::kAllReduce, Algorithm::kTree, everyone(fabric),
                                bytes);
      };
      EXPECT_NEAR(ratio(1e9), 1, 0.1) << hosts << " " << network;
      // What a message costs besides its bytes is divided among the pairs of trees, also while the
      // pipeline fills and not all are at work; the closed form charges it in full on each level.
      EXPECT_GE(ratio(1e7), 0.65) << hosts << " " << network;
      EXPECT_LE(ratio(1e7), 1.1) << hosts << " " << network;
    }
  }
}

// Three tiers: 32 to 1 between sites, 7 to 1 between pods, and a fat tree thinned at its leaves.
Fabric thin_fabric(int kind) {
  const Tier host = make_tier(TierKind::kSwitch, 8, make_link(400, 1, 0.9, 30));
  Tier pod = make_tier(TierKind::kFatTree, 16, make_link(50, 5, 0.8, 60));
  pod.rails = 8;
  Tier outer = make_tier(TierKind::kFatTree, 4, make_link(50, 5, 0.8, 60));
  if (kind == 0) {
    outer.kind = TierKind::kLongHaul;
    outer.children = 2;
    outer.links = 4;
    outer.link = make_link(100, 2500, 0.9, 60);
  } else if (kind == 1) {
    outer.oversubscription = outer.layer_oversubscription[0] = 7;
    outer.radix = 64;
  } else {
    outer.kind = TierKind::kSwitch;
    outer.oversubscription = 4;
  }
  return Fabric({host, pod, outer});
}

TEST(ClosedForms, OfALonePairAreExact) {
  for (int kind = 0; kind < 3; ++kind) {
    const Fabric fabric = thin_fabric(kind);
    EXPECT_NEAR(
        flow_over_closed(fabric, Collective::kPointToPoint, Algorithm::kPairwise, {0, 128}, 1e9), 1,
        1e-9)
        << kind;
  }
}

TEST(ClosedForms, OfALoneGroupAreBounded) {
  for (int kind = 0; kind < 3; ++kind) {
    const Fabric fabric = thin_fabric(kind);
    const auto units = static_cast<std::int32_t>(fabric.tiers()[2].children);
    for (const std::int32_t stride : {128, 8, 1}) {
      const std::int32_t size = 128 / stride * units;
      const std::vector<std::int64_t> devices = [&] {
        const auto few = strided(0, stride, size);
        return std::vector<std::int64_t>(few.begin(), few.end());
      }();
      interconnect::GroupShape shape = fabric.shape_of(devices);
      for (const Collective collective :
           {Collective::kAllReduce, Collective::kAllToAll, Collective::kBroadcast}) {
        const base::Bytes bytes(1e9);
        shape.alone = false;
        const auto shared = fabric.cost(collective, shape, bytes).time;
        shape.alone = true;
        const auto alone = fabric.cost(collective, shape, bytes).time;
        EXPECT_LE(alone.si(), shared.si()) << kind << " " << stride;
        EXPECT_GE(alone.si(), fabric.lower_bound(collective, shape, bytes).si());
        if (stride == 128) {
          EXPECT_LT(alone.si(), shared.si() / 2) << kind;
        }
      }
    }
    EXPECT_NEAR(flow_over_closed(fabric, Collective::kAllGather, Algorithm::kRing,
                                 strided(0, 128, units), 1e9),
                1, 0.02)
        << kind;
  }
}

}  // namespace
}  // namespace weft::traffic
