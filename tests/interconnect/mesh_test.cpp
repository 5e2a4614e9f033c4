// Full meshes in one and several dimensions, against published counts of UB-Mesh.

#include <gtest/gtest.h>

#include "configs.h"
#include "fabrics.h"
#include "weft/graph/metrics.h"
#include "weft/graph/routing.h"
#include "weft/interconnect/wiring.h"

namespace weft::interconnect {
namespace {

using namespace testing;

// A pair of eight 910B has one of seven links.
TEST(FullMesh, GivesAPairASeventh) {
  const Fabric fabric(parsed_tiers("{kind: full_mesh, size: 8, link: hccs_910b}"));
  const Tier& tier = fabric.tiers()[0];
  EXPECT_DOUBLE_EQ(7 * tier.device_bandwidth(2).si(), tier.device_bandwidth(8).si());
  const graph::Graph graph = wire(fabric);
  const graph::Routed pair =
      graph::route(graph, std::vector<graph::Pair>{{0, 5, 0}}, graph::RoutingOptions{});
  ASSERT_EQ(pair.routes.links(0).size(), 1U);
  double all = 0;
  for (const graph::LinkId link : graph.out(0)) all += graph.cable_of(link).capacity;
  EXPECT_DOUBLE_EQ(7 * graph.cable_of(pair.routes.links(0)[0]).capacity, all);
}

Link ub() {
  Link link = make_link(26.5, 1);
  link.lanes = 4;
  return link;
}

// Four dimensions as parsed, with links of four lanes.
std::vector<Tier> ub_mesh(const std::string& keys) {
  auto tiers = parsed_tiers("{kind: nd_full_mesh, link: hccs_910b, " + keys + "}");
  for (Tier& tier : tiers) tier.link = ub();
  return tiers;
}

// arXiv:2503.20377: 72 lanes an NPU, of which 16 leave the rack; the rack offers 4 × 256 lanes.
TEST(UbMesh, RackHasThePublishedLinks) {
  const Fabric rack(ub_mesh("dimensions: [8, 8], names: [board, rack], spares: 1"));
  EXPECT_EQ(rack.size(), 64);
  EXPECT_EQ(rack.tiers()[1].name, "rack");
  EXPECT_EQ(rack.size() + rack.tiers()[0].spares * 8 + rack.tiers()[1].spares, 65);
  const graph::Graph graph = wire(rack);
  EXPECT_EQ(graph.cables().size(), 64U * 14 / 2);
  double lanes = 0;
  for (const graph::LinkId link : graph.out(17)) lanes += graph.cable_of(link).lanes;
  EXPECT_DOUBLE_EQ(lanes, 72 - 16);
  EXPECT_EQ(graph::farthest_pair(graph).hops, 2);
}

// The pod: each pair of racks in a row or column of four by four has 128 lanes, 3 of the 4 × 256
// that a rack offers; the fourth leaves the pod. Eight pods then fill 64 switches of 512 lanes.
TEST(UbMesh, PodAndSuperPodHaveThePublishedLinks) {
  const Fabric pod(ub_mesh("dimensions: [8, 8, 4, 4], links_per_device: [1, 1, 0.5, 0.5]"));
  EXPECT_EQ(pod.size(), 1024);
  const graph::Graph graph = wire(pod);
  double between = 0;  // racks 0 and 1
  double leaving = 0;  // rack 0
  for (const graph::Cable& cable : graph.cables()) {
    if (cable.a / 64 == 0 && cable.b / 64 == 1) between += cable.lanes;
    if (cable.a / 64 != cable.b / 64 && cable.a / 64 == 0) leaving += cable.lanes;
  }
  EXPECT_DOUBLE_EQ(between, 128);
  EXPECT_DOUBLE_EQ(leaving, 3 * 256);
  EXPECT_EQ(pod.inventory()[2].links + pod.inventory()[3].links, 48 * 128);

  std::vector<Tier> tiers = pod.tiers();
  tiers.push_back(make_tier(TierKind::kSwitch, 8, ub()));
  tiers.back().switches = 64;
  const TierInventory super_pod = Fabric(tiers).inventory()[4];
  EXPECT_EQ(super_pod.links, 8 * 16 * 256);
  EXPECT_EQ(super_pod.links / super_pod.switches, 512);
}

// A lone pair that detours over all others gets the bandwidth of all links of a device.
TEST(FullMesh, DetoursGiveAPairAllLinks) {
  const Fabric fabric(parsed_tiers("{kind: full_mesh, size: 8, link: hccs_910b, detours: true}"));
  EXPECT_TRUE(fabric.tiers()[0].detours);
  const graph::Graph graph = wire(fabric);
  graph::RoutingOptions options;
  options.policy = graph::Policy::kDetour;
  options.through_devices = true;
  const auto routed = graph::route(graph, std::vector<graph::Pair>{{0, 5, 0}}, options);
  double busiest = 0;  // s/byte
  for (std::size_t i = 0; i < routed.routes.links(0).size(); ++i) {
    const double share = routed.routes.shares(0).empty() ? 1 : routed.routes.shares(0)[i];
    busiest = std::max(busiest, share / graph.cable_of(routed.routes.links(0)[i]).capacity);
  }
  EXPECT_NEAR(1 / busiest, 7 * 28e9, 1);
}

TEST(NdFullMesh, TakesALinkForEachDimension) {
  const auto tiers = parsed_tiers(
      "{kind: nd_full_mesh, name: x, dimensions: [2, 3], links: [hccs_910b, ub_1_0],"
      " spares: [1, 2]}");
  ASSERT_EQ(tiers.size(), 2U);
  EXPECT_EQ(tiers[0].name, "x dimension 1");
  EXPECT_NE(tiers[0].link.name, tiers[1].link.name);
  EXPECT_EQ(tiers[0].spares, 1);
  EXPECT_EQ(tiers[1].spares, 2);
}

}  // namespace
}  // namespace weft::interconnect
