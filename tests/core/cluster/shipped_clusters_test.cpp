// Every shipped cluster: its sizes, its bandwidth, and where its facts come from.

#include <cctype>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "parsed.h"
#include "weft/graph/metrics.h"
#include "weft/interconnect/wiring.h"

namespace weft::cluster {
namespace {

using testing::parsed;

constexpr double kGiga = 1e9;
constexpr std::int64_t kLargestOfMany = 15360;  // devices; not every network reaches further

struct Shipped {
  const char* name;
  const char* unit;
  std::int64_t hosts, devices;  // of one unit
  // GB/s that one device sends, one way; scale-up in the innermost tier but the pair of dies.
  double scale_up, scale_out;
};

// Bandwidth as published: NVLink 150, 300, 450, 900 or cut to 200; ports in Gb/s over eight.
const std::vector<Shipped>& shipped() {
  static const std::vector<Shipped> all = {
      {"a100_40g_cloud_1600g", "hosts", 1, 8, 300, 25},
      {"a100_cloud_1600g", "hosts", 1, 8, 300, 25},
      {"a100_cloud_400g", "hosts", 1, 8, 300, 6.25},
      {"a100_pcie_8", "hosts", 1, 8, 31, 3.125},
      {"a800_8", "hosts", 1, 8, 200, 25},
      {"alibaba_hpn7_pod", "pods", 1920, 15360, 200, 50},
      {"ascend910b_8192", "pods", 1024, 8192, 196, 25},
      {"atlas900_2019", "pods", 128, 1024, 90, 12.5},
      {"atlas_800_910a", "hosts", 1, 8, 90, 12.5},
      {"atlas_800t_a2", "hosts", 1, 8, 196, 25},
      {"atlas_800t_a3", "racks", 1, 16, 196, 25},
      {"atlas_900_a2", "hosts", 1, 8, 196, 25},
      {"atlas_900_a2_pod", "racks", 8, 64, 196, 25},
      {"atlas_900_a3", "pods", 48, 768, 196, 25},
      {"atlas_950_supercluster", "pods", 65536, 524288, 389.2, 50},
      {"atlas_950_superpod", "pods", 1024, 8192, 389.2, 50},
      {"atlas_950_superpod_product", "pods", 128, 1024, 840.6, 50},
      {"atlas_950pr_superpod", "pods", 1024, 8192, 389.2, 50},
      {"atlas_960_supercluster", "pods", 125840, 1006720, 427, 100},
      {"atlas_960_superpod", "pods", 1936, 15488, 427, 100},
      {"azure_gb200_8192", "racks", 16, 64, 900, 100},
      {"b200_efa", "hosts", 1, 8, 900, 50},
      {"baidu_kunlun_30k", "pods", 3750, 30000, 200, 50},
      {"cloud_brain_2", "pods", 512, 4096, 90, 12.5},
      {"cloudmatrix384", "pods", 48, 768, 196, 25},
      {"cloudmatrix_supercluster_160k", "pods", 20016, 320256, 196, 25},
      {"cmcc_harbin", "pods", 2304, 18432, 196, 25},
      {"dgx2h_v100", "hosts", 1, 16, 150, 6.25},
      {"dgx_a100_40g", "hosts", 1, 8, 300, 25},
      {"dgx_a100_80g", "hosts", 1, 8, 300, 25},
      {"dgx_b200", "hosts", 1, 8, 900, 50},
      {"dgx_b300", "hosts", 1, 8, 900, 100},
      {"dgx_gb200_9216", "pods", 2304, 9216, 900, 50},
      {"dgx_h100", "hosts", 1, 8, 450, 50},
      {"dgx_h200", "hosts", 1, 8, 450, 50},
      {"dgx_superpod_a100", "pods", 20, 160, 300, 25},
      {"dgx_superpod_b200", "pods", 32, 256, 900, 50},
      {"dgx_superpod_b300", "pods", 64, 512, 900, 100},
      {"dgx_superpod_b300_xdr", "pods", 72, 576, 900, 100},
      {"dgx_superpod_gb200", "pods", 144, 576, 900, 50},
      {"dgx_superpod_h100", "pods", 32, 256, 450, 50},
      {"gb200_nvl72", "racks", 18, 72, 900, 50},
      {"gb300_nvl72", "racks", 18, 72, 900, 100},
      {"h100_96g_grand_teton", "hosts", 1, 8, 450, 50},
      {"h100_cloud_800g", "hosts", 1, 8, 450, 12.5},
      {"h100_efa", "hosts", 1, 8, 450, 50},
      {"h100_gcp_a3", "hosts", 1, 8, 450, 12.5},
      {"h200_4gpu", "hosts", 1, 4, 450, 12.5},
      {"h20_ib", "hosts", 1, 8, 450, 50},
      {"h800_8x100g", "hosts", 1, 8, 200, 12.5},
      {"h800_ib", "hosts", 1, 8, 200, 50},
      {"iflytek_feixing1", "pods", 1250, 10000, 196, 25},
      {"iluvatar_bi150_8", "hosts", 1, 8, 31, 3.125},
      {"jean_zay_a100", "hosts", 1, 8, 300, 6.25},
      {"jean_zay_v100", "hosts", 1, 4, 150, 12.5},
      {"megascale_a100", "hosts", 1, 8, 300, 25},
      {"meta_24k_ib", "pods", 3072, 24576, 450, 50},
      {"meta_24k_roce", "pods", 384, 3072, 450, 50},
      {"metax_c500_8", "hosts", 1, 8, 64, 6.25},
      {"microsoft_eagle", "pods", 1800, 14400, 450, 50},
      {"moore_threads_kuae_10k", "pods", 1250, 10000, 392, 50},
      {"selene_a100_80g", "hosts", 1, 8, 300, 25},
      {"smc_h100_immersion", "hosts", 1, 8, 450, 50},
      {"telecom_lingang", "pods", 1280, 10240, 196, 25},
      {"telecom_xdc_500km", "pods", 128, 1024, 200, 25},
      {"tpu7x_ironwood_pod", "pods", 2304, 9216, 200, 12.5},
      {"tpu_v4_pod", "pods", 1024, 4096, 100, 6.25},
      {"tpu_v5p_pod", "pods", 2240, 8960, 200, 6.25},
      {"ub_mesh_clos", "racks", 8, 64, 954, 848},
      {"ub_mesh_pod", "pods", 128, 1024, 371, 53},
      {"ub_mesh_rack", "racks", 8, 64, 371, 212},
      {"ub_mesh_superpod_8k", "pods", 1024, 8192, 371, 50},
      {"unicom_sanjiangyuan", "pods", 1024, 16384, 350, 50},
      {"unicom_sanjiangyuan_metax", "pods", 512, 4096, 64, 50},
      {"vtrain_a100_80g", "hosts", 1, 8, 300, 12.5},
      {"wuhan_aicc", "pods", 50, 400, 90, 12.5},
      {"xai_colossus_100k", "pods", 12500, 100000, 450, 50}};
  return all;
}

std::string use(const Shipped& one) { return std::string("use: ") + one.name; }

// The innermost tier but the pair of dies.
const interconnect::Tier& first_tier(const Cluster& cluster) {
  const auto& tiers = cluster.fabric.tiers();
  return tiers[tiers[0].kind == interconnect::TierKind::kPair ? 1 : 0];
}

// What hosts are joined by.
const interconnect::Tier& network(const Cluster& cluster) {
  const auto& tiers = cluster.fabric.tiers();
  const bool has_sites = tiers.back().kind == interconnect::TierKind::kLongHaul;
  return has_sites ? tiers[tiers.size() - 2] : tiers.back();
}

TEST(ShippedClusters, AreAllListedHere) {
  std::vector<std::string> names;
  for (const auto& one : shipped()) names.emplace_back(one.name);
  EXPECT_EQ(base::Catalog({WEFT_CONFIGS}).names("cluster"), names);
}

TEST(ShippedClusters, HaveTheirSizeInAllItsForms) {
  for (const auto& one : shipped()) {
    for (const std::int64_t units : {1, 2, 5}) {
      if (units > 1 && units * one.devices > kLargestOfMany) continue;
      const auto text =
          units == 1 ? use(one) : use(one) + "\n" + one.unit + ": " + std::to_string(units);
      const auto cluster = parsed(text);
      EXPECT_EQ(cluster.hosts, units * one.hosts) << one.name;
      EXPECT_EQ(cluster.devices(), units * one.devices) << one.name;
      EXPECT_EQ(cluster.fabric.size(), cluster.devices()) << one.name;
      EXPECT_EQ(cluster.packages() * cluster.chip.devices(), cluster.devices()) << one.name;
    }
  }
}

TEST(ShippedClusters, HaveTheirPublishedBandwidth) {
  for (const auto& one : shipped()) {
    const auto cluster = parsed(use(one));
    const auto& inner = first_tier(cluster);
    EXPECT_NEAR(inner.device_bandwidth(inner.children).si() / kGiga, one.scale_up, 1e-6)
        << one.name;
    const auto& outer = network(cluster);
    EXPECT_NEAR(outer.device_bandwidth(2).si() / kGiga, one.scale_out, 1e-6) << one.name;
  }
}

// What the devices of a host may send must be what its adapters carry.
TEST(ShippedClusters, HaveOneScaleOutLinkPerAdapter) {
  for (const auto& one : shipped()) {
    if (one.name == std::string("ub_mesh_rack")) continue;  // chips have ports of their own
    const auto cluster = parsed(use(one));
    const auto& outer = network(cluster);
    EXPECT_DOUBLE_EQ(outer.links_per_device * cluster.host.devices, cluster.host.nics) << one.name;
  }
}

TEST(ShippedClusters, AreSound) {
  for (const auto& one : shipped()) {
    const auto cluster = parsed(use(one) + "\nhosts: 16");
    EXPECT_FALSE(cluster.name.empty());
    EXPECT_NE(cluster.label.find(cluster.name), std::string::npos);
    EXPECT_NE(cluster.label.find("16"), std::string::npos);
    EXPECT_GT(cluster.host.base_training, cluster.host.base_idle) << one.name;
    EXPECT_GE(cluster.storage.read, cluster.storage.write) << one.name;
    // TPUs are let, not sold.
    const bool has_price = cluster.prices.per_host || cluster.prices.rent_per_package_hour;
    EXPECT_TRUE(has_price) << one.name;
    const base::Catalog catalog({WEFT_CONFIGS});
    EXPECT_NO_THROW((void)catalog.load("site", cluster.facility, std::nullopt)) << one.name;
    EXPECT_NO_THROW((void)catalog.load("software", cluster.software, std::nullopt)) << one.name;
  }
}

// The graph has as many switches, cables and modules in each tier as the closed forms count.
TEST(ShippedClusters, AreWiredAsCounted) {
  constexpr std::int64_t kNodes = 25000;
  for (const auto& one : shipped()) {
    const auto fabric = parsed(use(one)).fabric;
    if (interconnect::nodes_of(fabric) > kNodes) continue;
    const auto graph = interconnect::wire(fabric);
    EXPECT_EQ(graph::parts_of(graph).count, 1) << one.name;
    const auto lists = graph::inventory_of(graph);
    const auto counted = fabric.inventory();
    for (std::size_t i = 0; i < counted.size(); ++i) {
      const auto list = i < lists.size() ? lists[i] : graph::PartsList{};
      EXPECT_EQ(list.switches, counted[i].switches) << one.name << " " << counted[i].name;
      const auto units = static_cast<double>(fabric.size() / fabric.unit_size(static_cast<int>(i)));
      EXPECT_NEAR(list.cables, static_cast<double>(counted[i].links), units / 2 + 1e-3) << one.name;
      EXPECT_NEAR(list.modules, counted[i].optical_modules, 1e-3) << one.name;
    }
  }
}

bool is_figure(const std::string& value) {
  return !value.empty() && std::isdigit(static_cast<unsigned char>(value[0])) != 0;
}

TEST(ShippedClusters, SayWhereTheirFiguresComeFrom) {
  const base::Catalog catalog({WEFT_CONFIGS});
  for (const auto& one : shipped()) {
    for (const auto& fact : base::facts(catalog.load("cluster", one.name, std::nullopt))) {
      if (fact.path == "name" || fact.path == "extends" || !is_figure(fact.value)) continue;
      EXPECT_FALSE(fact.confidence.empty()) << one.name << " " << fact.path;
      if (fact.confidence == "assumed") continue;
      EXPECT_FALSE(fact.source.empty()) << one.name << " " << fact.path;
    }
  }
}

struct Built {
  const char* use;
  std::int64_t devices;
  std::int64_t switches;  // of the scale-out network
};

// docs.nvidia.com/dgx-superpod; MegaScale and Colossus by their size alone.
TEST(ShippedClusters, BuildToTheirPublishedSize) {
  const std::vector<Built> table = {{"use: dgx_superpod_b200\npods: 2", 512, 16 + 8},
                                    {"use: dgx_superpod_b200\npods: 16", 4096, 128 + 128 + 64},
                                    {"use: dgx_superpod_b300\npods: 1", 512, 16 + 8},
                                    {"use: dgx_superpod_b300\npods: 16", 8192, 256 + 128},
                                    {"use: dgx_superpod_b300_xdr\npods: 1", 576, 8 + 4},
                                    {"use: dgx_superpod_b300_xdr\npods: 2", 1152, 16 + 8},
                                    {"use: dgx_superpod_h100\npods: 4", 1024, 32 + 16}};
  for (const auto& one : table) {
    const auto cluster = parsed(one.use);
    EXPECT_EQ(cluster.devices(), one.devices) << one.use;
    EXPECT_EQ(cluster.fabric.inventory().back().switches, one.switches) << one.use;
  }
}

TEST(ShippedClusters, ReachTheSizeOfTheirRuns) {
  EXPECT_EQ(parsed("use: selene_a100_80g\nhosts: 384").devices(), 3072);
  EXPECT_EQ(parsed("use: megascale_a100\nhosts: 1536").devices(), 12288);
  EXPECT_EQ(parsed("use: azure_gb200_8192\nracks: 128").devices(), 8192);
  EXPECT_EQ(parsed("use: meta_24k_roce\npods: 8").devices(), 24576);
  EXPECT_EQ(parsed("use: meta_24k_roce\nhosts: 2048\nhosts_per_domain: 256").devices(), 16384);
  EXPECT_EQ(parsed("use: dgx_superpod_gb200\npods: 16").devices(), 9216);
  EXPECT_EQ(parsed("use: jean_zay_a100\nhosts: 48").devices(), 384);
  EXPECT_EQ(parsed("use: atlas_950_superpod\npods: 64").devices(), 524288);
  EXPECT_EQ(parsed("use: ub_mesh_superpod_8k\npods: 4").devices(), 32768);
}

// 72 lanes a chip: 56 in the rack, 12 to the racks of the pod, 4 out of it (arXiv 2503.20377).
TEST(UbMesh, UsesEighteenPortsOfFourLanes) {
  const auto cluster = parsed("use: ub_mesh_superpod_8k");
  const auto& tiers = cluster.fabric.tiers();
  ASSERT_EQ(tiers.size(), 6u);
  double ports = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    ports += tiers[i].device_bandwidth(tiers[i].children) / tiers[i].link.bandwidth;
  }
  EXPECT_DOUBLE_EQ(ports, 18);
  EXPECT_EQ(cluster.fabric.unit_size(3), 1024);
}

// Pairs of chips on one board, then across the boards of a server.
TEST(Atlas800, NestsTwoMeshesOfFour) {
  const auto tiers = parsed("use: atlas_800_910a").fabric.tiers();
  ASSERT_EQ(tiers.size(), 3u);
  EXPECT_EQ(tiers[0].kind, interconnect::TierKind::kFullMesh);
  EXPECT_EQ(tiers[0].children, 4);
  EXPECT_EQ(tiers[1].children, 2);
  EXPECT_LT(tiers[1].device_bandwidth(2), tiers[0].device_bandwidth(4));
}

}  // namespace
}  // namespace weft::cluster
