// Published sizes and counts of shipped clusters.
#include <gtest/gtest.h>

#include <string>

#include "shipped.h"

namespace weft {
namespace {

struct Size {
  const char* cluster;
  std::int64_t packages;
};

const Size kSizes[] = {
    {"atlas_900_a2_pod", 64},
    {"ascend910b_8192", 8192},
    {"atlas_800t_a3", 8},
    {"cloudmatrix384", 384},
    {"atlas900_2019", 1024},
    {"cloud_brain_2", 4096},
    {"atlas_950_superpod", 8192},
    {"atlas_950_superpod_product", 1024},
    {"atlas_950_supercluster", 524288},
    {"atlas_960_superpod", 15488},
    {"ub_mesh_rack", 64},
    {"ub_mesh_pod", 1024},
    {"ub_mesh_superpod_8k", 8192},
    {"cmcc_harbin", 18432},
    {"telecom_lingang", 10240},
    {"iflytek_feixing1", 10000},
    {"baidu_kunlun_30k", 30000},
    {"moore_threads_kuae_10k", 10000},
    {"dgx_gb200_9216", 9216},
    {"meta_24k_ib", 24576},
    {"microsoft_eagle", 14400},
    {"tpu_v4_pod", 4096},
    {"tpu_v5p_pod", 8960},
    {"tpu7x_ironwood_pod", 9216},
    {"xai_colossus_100k", 100000},
    {"telecom_xdc_500km", 1024},
};

TEST(Presets, HaveTheirPublishedSize) {
  for (const Size& size : kSizes) {
    const auto cluster = test::cluster_of("{use: " + std::string(size.cluster) + "}");
    EXPECT_EQ(cluster.packages(), size.packages) << size.cluster;
  }
}

TEST(Presets, MoreThanAMillionDevices) {
  const auto cluster = test::cluster_of("{use: atlas_960_supercluster, hosts: 131648}");
  EXPECT_GE(cluster.devices(), 1 << 20);
  EXPECT_EQ(cluster.fabric.size(), cluster.devices());
  EXPECT_GE(test::cluster_of("{use: atlas_960_supercluster}").devices(), 1'000'000);
  EXPECT_GE(test::cluster_of("{use: cloudmatrix_supercluster_160k}").packages(), 160'000);
}

// Qian et al., SIGCOMM 2024 (Alibaba HPN): 15 segments of 1024 GPUs with 16 leaves each; 60 spines
// in each of two planes. Sixteen ports of a leaf go down for fifteen up.
TEST(Presets, HpnHasItsPublishedSwitches) {
  const auto cluster = test::cluster_of("{use: alibaba_hpn7_pod}");
  const auto& tier = cluster.fabric.tiers().back();
  const auto network = cluster.fabric.inventory().back();
  EXPECT_EQ(network.switches, 15 * 16 + 2 * 60);
  // Cables of both planes, down and up, in ports of 200 Gb/s.
  EXPECT_EQ(network.links, 2 * (15360 + 120 * 120));
  EXPECT_DOUBLE_EQ(network.bisection.si(), 15360 / 2 * tier.link.bandwidth.si() * 15 / 16);
}

struct Torus {
  double modules = 0;
  std::int64_t switches = 0;
  double bisection = 0;  // byte/s
};

Torus torus_of(const std::string& name) {
  const auto cluster = test::cluster_of("{use: " + name + "}");
  Torus torus;
  for (const auto& tier : cluster.fabric.inventory()) {
    if (tier.name.rfind("torus", 0) != 0) continue;
    torus.modules += tier.optical_modules;
    torus.switches += tier.switches;
    torus.bisection = tier.bisection.si();
  }
  return torus;
}

// arXiv:2304.01433: 6144 optical links and 48 optical circuit switches for 64 cubes;
// docs.cloud.google.com/tpu/docs/v4: 24 TB/s of bisection. nextbigfuture.com 2025-11-30: 1.5 optics
// per TPU7x.
TEST(Presets, TorusesOfCubesHaveThePublishedOptics) {
  const Torus v4 = torus_of("tpu_v4_pod");
  EXPECT_DOUBLE_EQ(v4.modules, 6144);
  EXPECT_EQ(v4.switches, 48);
  EXPECT_NEAR(v4.bisection, 24e12, 0.07 * 24e12);
  EXPECT_DOUBLE_EQ(torus_of("tpu7x_ironwood_pod").modules / 9216, 1.5);
}

// 102.4 Tb/s of ports behind 3.2 Tb/s: 32 to 1.
TEST(Presets, LongHaulIsAsThinAsPublished) {
  const auto cluster = test::cluster_of("{use: telecom_xdc_500km}");
  const auto tiers = cluster.fabric.inventory();
  const double between = tiers.back().bisection.si();
  EXPECT_DOUBLE_EQ(between, 3.2e12 / 8);
  const double ports = 512 * cluster.fabric.tiers()[1].link.bandwidth.si();
  EXPECT_DOUBLE_EQ(ports / between, 32);
}

}  // namespace
}  // namespace weft
