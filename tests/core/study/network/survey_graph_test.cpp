// What a survey says of a network as a graph: worst pair, bisection, faults.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "weft/base/diagnostics.h"
#include "weft/network/cluster_size.h"
#include "weft/network/survey.h"

namespace weft::network {
namespace {

cluster::Cluster cluster_named(const std::string& name) {
  const base::Catalog catalog({WEFT_CONFIGS});
  return read_cluster(catalog, name, std::nullopt, 0);
}

constexpr std::int64_t kNoGraph = 0;

// A torus of 16³: eight steps in each dimension, on the graph and without it. A device of a TPU v4
// pod also has a quarter of a port to switches, which joins the same halves.
TEST(Survey, TorusIsTheSameInClosedForm) {
  const auto cluster = cluster_named("tpu_v4_pod");
  const auto graph = survey(cluster);
  const auto closed = survey(cluster, kNoGraph);
  EXPECT_TRUE(graph.from_graph);
  EXPECT_FALSE(closed.from_graph);
  EXPECT_EQ(graph.worst.hops, 3 * 8);
  EXPECT_EQ(closed.worst.hops, graph.worst.hops);
  EXPECT_EQ(closed.worst.switches, 0);
  EXPECT_NEAR(closed.worst.latency.si(), graph.worst.latency.si(), 1e-12);
  EXPECT_EQ(closed.worst.to, 8 + 16 * 8 + 256 * 8);
  EXPECT_NEAR(closed.bisection.si(), graph.bisection.si(), 1);
  EXPECT_NEAR(graph.bisection.si(), 2 * 256 * 50e9 + 2048 * 6.25e9, 1);
}

// Per tier and as a whole, for a pod of every shape: what crosses the outermost tier with several
// children, and the tiers of one child beyond it.
TEST(Survey, BisectionOfTiersAddsUpToThatOfTheGraph) {
  for (const auto* name : {"tpu_v4_pod", "ub_mesh_pod", "gb200_nvl72", "cloudmatrix384"}) {
    const auto cluster = cluster_named(name);
    const auto graph = survey(cluster);
    ASSERT_TRUE(graph.bisection_from_graph) << name;
    EXPECT_NEAR(survey(cluster, kNoGraph).bisection.si() / graph.bisection.si(), 1, 1e-9) << name;
  }
}

// All seven links of a chip are cut, and its port to the network outside is not.
std::vector<LinkFault> without_links_of(int chip, int chips) {
  std::vector<LinkFault> faults;
  for (int other = 0; other < chips; ++other) {
    if (other == chip) continue;
    faults.push_back({"device " + std::to_string(chip), "device " + std::to_string(other)});
  }
  return faults;
}

TEST(Survey, FaultsCutTheBisection) {
  const auto cluster = cluster_named("h200_4gpu");
  const auto whole = survey(cluster);
  ASSERT_EQ(whole.parts.size(), 1U);
  const auto hurt = survey(cluster, kMostNodes, without_links_of(0, 4));
  EXPECT_EQ(hurt.faults, 3U);
  EXPECT_LT(hurt.bisection, whole.bisection);
  EXPECT_EQ(whole.worst.hops, 1);
  EXPECT_EQ(hurt.worst.hops, 2);
  EXPECT_EQ(hurt.tiers.front().cables, whole.tiers.front().cables);  // what was built
}

TEST(Survey, PartsAreListed) {
  const auto cluster = cluster_named("h200_4gpu");
  auto faults = without_links_of(2, 4);
  const auto graph = graph_of(cluster);
  for (const auto link : graph.out(2)) {
    if (graph.kind(graph.to(link)) == graph::NodeKind::kDevice) continue;
    faults.push_back({graph.name(2), graph.name(graph.to(link))});
  }
  ASSERT_GT(faults.size(), 3U);
  const auto parted = survey(cluster, kMostNodes, faults);
  ASSERT_EQ(parted.parts.size(), 2U);
  EXPECT_EQ(parted.parts[0].devices, 3);
  EXPECT_EQ(parted.parts[0].first, 0);
  EXPECT_EQ(parted.parts[1].devices, 1);
  EXPECT_EQ(parted.parts[1].first, 2);
  EXPECT_TRUE(std::isfinite(parted.worst.latency.si()));
}

TEST(Survey, FaultsThatAreNoneAreRefused) {
  const auto cluster = cluster_named("h200_4gpu");
  const auto survey_with = [&](const LinkFault& fault) {
    return survey(cluster, kMostNodes, {fault});
  };
  EXPECT_THROW(survey_with({"device 0", "device 9"}), base::InputError);
  EXPECT_THROW(survey_with({"device 0", "device 1", 0, 1e-3}), base::InputError);
  EXPECT_THROW(survey(cluster, kNoGraph, {{"device 0", "device 1"}}), base::InputError);
}

TEST(Survey, SparesAreCounted) {
  const auto pod = survey(cluster_named("ub_mesh_pod"));
  std::int64_t spares = 0;
  for (const auto& tier : pod.tiers) spares += tier.spares;
  EXPECT_EQ(spares, 16);
  EXPECT_EQ(pod.tiers.at(1).spare_cables, 16 * 56);
}

}  // namespace
}  // namespace weft::network
