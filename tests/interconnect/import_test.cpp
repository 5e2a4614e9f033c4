// Fabrics that other tools have written down.
#include "weft/interconnect/import.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "configs.h"
#include "fabrics.h"
#include "weft/graph/metrics.h"
#include "weft/graph/routing.h"
#include "weft/interconnect/fabric.h"

namespace weft::interconnect {
namespace {

using namespace testing;

const std::string kFiles = WEFT_SOURCE_DIR "/tests/interconnect/files/";

std::vector<Tier> astra(const std::string& text) {
  base::Reading reading;
  auto tiers = read_astra(base::Document::parse(text, "network.yml"), reading);
  reading.throw_if_any();
  return tiers;
}

template <class Do>
std::string error_of(const Do& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(ImportAstra, ReadsEachDimensionAsATier) {
  base::Reading reading;
  const auto tiers =
      read_astra(base::Document::load(kFiles + "astra_three_dimensions.yml"), reading);
  reading.throw_if_any();
  ASSERT_EQ(tiers.size(), 3U);
  EXPECT_EQ(tiers[0].kind, TierKind::kRing);
  EXPECT_EQ(tiers[1].kind, TierKind::kFullMesh);
  EXPECT_EQ(tiers[2].kind, TierKind::kSwitch);
  EXPECT_EQ(tiers[1].children, 8);
  EXPECT_DOUBLE_EQ(tiers[0].link.bandwidth.si(), 200 * kGibi);
  EXPECT_DOUBLE_EQ(tiers[1].link.latency.si(), 500e-9);
  EXPECT_DOUBLE_EQ(tiers[2].link.latency.si(), 4000e-9);  // to the switch and from it
  EXPECT_EQ(tiers[2].switches, 16);
  EXPECT_EQ(Fabric(tiers).size(), 64);
}

// The program itself takes 2304.7 us for the ring: 110 us of them are its local reductions, 7 the
// latency of 14 steps of 500 ns.
TEST(ImportAstra, RingAllReduceOfEightTakesItsClosedForm) {
  const Fabric fabric(
      astra("{topology: [Switch], npus_count: [8], bandwidth: [50.0], latency: [500.0]}"));
  const auto group = fabric.group(8, 1, 8);
  const base::Bytes bytes(64 * 1048576.0);
  constexpr double kBound = 2187.5e-6;
  constexpr double kLatency = 14 * 1e-6;
  EXPECT_NEAR(fabric.lower_bound(Collective::kAllReduce, group, bytes).si(), kBound, 1e-15);
  const auto ring = fabric.cost(Collective::kAllReduce, group, bytes, Algorithm::kRing);
  EXPECT_NEAR(ring.time.si(), kBound + kLatency, 1e-12);
  EXPECT_NEAR(fabric.lower_bound(Collective::kAllToAll, group, bytes).si(), kBound / 2, 1e-15);
}

TEST(ImportAstra, APairOfAFullMeshHasOneLink) {
  const Fabric fabric(
      astra("{topology: [FullyConnected], npus_count: [8], bandwidth: [50], latency: [500]}"));
  const base::Bytes bytes(kGibi);
  const auto pair = fabric.cost(Collective::kPointToPoint, fabric.neighbours(8, 1), bytes);
  EXPECT_NEAR(pair.time.si(), 0.02 + 500e-9, 1e-12);
  const auto all = fabric.lower_bound(Collective::kAllGather, fabric.group(8, 1, 8), bytes);
  EXPECT_NEAR(all.si(), 0.02 / 8, 1e-12);
}

TEST(ImportAstra, ShowsWhatIsWrong) {
  const auto message = [](const std::string& text) { return error_of([&] { astra(text); }); };
  const std::string rest = ", npus_count: [8], bandwidth: [50.0], latency: [500.0]}";
  EXPECT_NE(message("{topology: [Rings]" + rest).find("network.yml:1:13"), std::string::npos);
  EXPECT_NE(message("{topology: [Ring, Ring]" + rest).find("2, 1, 1 and 1"), std::string::npos);
  EXPECT_NE(message("{topology: [Ring], npus_count: [0], bandwidth: [1], latency: [1]}")
                .find("network.yml:1:33"),
            std::string::npos);
  EXPECT_NE(message("{topology: [Ring], npus_count: [8], bandwidth: [0], latency: [1]}")
                .find("more than 0"),
            std::string::npos);
}

HwlocOptions hwloc_options() {
  HwlocOptions options;
  options.link.bandwidth = base::Bandwidth(31e9);
  options.link.latency = base::Time(4e-6);
  options.link.switch_latency = base::Time(0.1e-6);
  options.between_packages = base::Bandwidth(40e9);
  return options;
}

TEST(ImportHwloc, BridgesAndPackagesAreSwitches) {
  const auto graph = read_hwloc(kFiles + "server_pcie.xml", hwloc_options());
  ASSERT_EQ(graph.devices(), 4);  // the display adapter of the board is none
  EXPECT_EQ(graph.name(0), "cuda0");
  EXPECT_EQ(graph.name(3), "cuda3");
  int switches = 0;
  int ports = 0;
  for (graph::NodeId node = 4; node < graph.nodes(); ++node) {
    switches += graph.kind(node) == graph::NodeKind::kSwitch ? 1 : 0;
    ports += graph.kind(node) == graph::NodeKind::kPort ? 1 : 0;
  }
  EXPECT_EQ(switches, 4);  // a PCI switch and a package on each side
  EXPECT_EQ(ports, 2);     // network adapters
  // Four GPUs, two adapters, two ways up, one between the packages.
  EXPECT_EQ(graph.cables().size(), 9U);
  const std::array<graph::NodeId, 2> left{0, 1};
  const std::array<graph::NodeId, 2> right{2, 3};
  EXPECT_NEAR(graph::cut(graph, left, right), 40e9, 1);
  EXPECT_NEAR(graph::cut(graph, {left.data(), 1}, {left.data() + 1, 1}), 31.507692e9, 1e3);
}

TEST(ImportHwloc, LatencyCountsBothEndsAndTheSwitchesBetween) {
  const auto graph = read_hwloc(kFiles + "server_pcie.xml", hwloc_options());
  const auto farthest = graph::farthest_pair(graph);
  EXPECT_EQ(farthest.switches, 4);
  EXPECT_NEAR(farthest.latency, 4e-6 + 3 * 0.1e-6, 1e-12);
}

TEST(ImportHwloc, NvlinkIsNearerThanPci) {
  const auto graph = read_hwloc(kFiles + "server_nvswitch.xml", hwloc_options());
  ASSERT_EQ(graph.devices(), 4);
  const auto farthest = graph::farthest_pair(graph);
  EXPECT_EQ(farthest.hops, 2);
  EXPECT_NEAR(farthest.latency, 4e-6, 1e-12);
  // Two NVSwitches of 225 GB/s and a PCI slot for each GPU.
  const std::array<graph::NodeId, 1> first{0};
  const std::array<graph::NodeId, 1> last{3};
  EXPECT_NEAR(graph::cut(graph, first, last), 2 * 225e9 + 31.507692e9, 1e3);
}

// As hwloc 3 writes it unless asked for version 2.
TEST(ImportHwloc, NewerFormatsAreNamed) {
  std::ifstream shipped(kFiles + "server_pcie.xml");
  std::string text((std::istreambuf_iterator<char>(shipped)), std::istreambuf_iterator<char>());
  const auto version = text.find("version=\"2.0\"");
  ASSERT_NE(version, std::string::npos);
  text.replace(version, 13, "version=\"9.1\"");
  const auto file = std::filesystem::temp_directory_path() / "weft_hwloc_9.xml";
  std::ofstream(file) << text;
  const auto message = error_of([&] { read_hwloc(file, hwloc_options()); });
  std::filesystem::remove(file);
  EXPECT_NE(message.find("weft_hwloc_9.xml:3:20: "), std::string::npos) << message;
  EXPECT_NE(message.find("version 9.1"), std::string::npos) << message;
  EXPECT_NE(message.find("--export-xml-flags V2"), std::string::npos) << message;
}

// Found by fuzzing: hwloc itself does not survive an object without its sets.
TEST(ImportHwloc, WhatHwlocCrashesOnIsRefused) {
  std::ifstream shipped(kFiles + "server_pcie.xml");
  std::string text((std::istreambuf_iterator<char>(shipped)), std::istreambuf_iterator<char>());
  const auto set = text.find("complete_cpuset");
  ASSERT_NE(set, std::string::npos);
  text.replace(set, 15, "another");
  const auto file = std::filesystem::temp_directory_path() / "weft_hwloc_without_sets.xml";
  std::ofstream(file) << text;
  const auto message = error_of([&] { read_hwloc(file, hwloc_options()); });
  std::filesystem::remove(file);
  EXPECT_NE(message.find("not an XML export"), std::string::npos) << message;
}

TEST(ImportHwloc, ShowsWhatIsWrong) {
  const auto message = [](const std::string& file, const HwlocOptions& options) {
    return error_of([&] { read_hwloc(kFiles + file, options); });
  };
  EXPECT_NE(message("not_there.xml", hwloc_options()).find("no such file"), std::string::npos);
  EXPECT_NE(message("astra_three_dimensions.yml", hwloc_options()).find("not an XML export"),
            std::string::npos);
  EXPECT_NE(message("server_without_gpu.xml", hwloc_options()).find("no accelerator"),
            std::string::npos);
  HwlocOptions unknown = hwloc_options();
  unknown.between_packages = base::Bandwidth();
  EXPECT_NE(message("server_pcie.xml", unknown).find("2 packages"), std::string::npos);
}

std::string quoted(const std::string& file) { return "\"" + kFiles + file + "\""; }

TEST(ImportedTiers, AreReadByKind) {
  const auto dimensions =
      parsed_tiers("{kind: astra, file: " + quoted("astra_three_dimensions.yml") + "}");
  ASSERT_EQ(dimensions.size(), 3U);
  const auto server = parsed_tiers("{kind: hwloc, link: pcie4, between_packages: 40 GB/s, file: " +
                                   quoted("server_nvswitch.xml") + "}");
  ASSERT_EQ(server.size(), 1U);
  EXPECT_EQ(server[0].kind, TierKind::kGraph);
  EXPECT_EQ(server[0].children, 4);
  EXPECT_EQ(Fabric(server).size(), 4);
}

TEST(ImportedTiers, ShowWhereAFileIsNamed) {
  const auto message = [](const std::string& text) {
    return error_of([&] { parsed_tiers(text); });
  };
  EXPECT_NE(message("{kind: astra, file: not_there.yml}").find("tier.yaml:1:21"),
            std::string::npos);
  EXPECT_NE(message("{kind: hwloc, link: pcie4, file: " + quoted("server_without_gpu.xml") + "}")
                .find("tier.yaml:1:34"),
            std::string::npos);
}

}  // namespace
}  // namespace weft::interconnect
