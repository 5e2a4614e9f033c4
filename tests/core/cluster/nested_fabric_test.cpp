// Fabrics of any nesting in a cluster's document: several tiers on either side, networks of a fixed
// size, and sites.

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "weft/cluster/cluster.h"

namespace weft::cluster {
namespace {

using interconnect::TierKind;

// A cluster of hosts with eight H100 and the given fabric, as `use: mine` with more keys.
class Nested : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() / (std::string("weft_") + test->name());
    std::filesystem::create_directories(folder_ / "clusters");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Cluster read(const std::string& fabric, const std::string& use = "") {
    std::ofstream(folder_ / "clusters" / "mine.yaml")
        << "kind: cluster\nextends: dgx_h100\nname: Mine\nfabric:\n" + fabric + "\n";
    const auto document = base::Document::parse("use: mine\n" + use, "study.yaml");
    base::Reading reading;
    base::Fields fields(document.root(), reading, "cluster");
    auto cluster = read_cluster(fields, base::Catalog({folder_, WEFT_CONFIGS}));
    fields.finish();
    reading.throw_if_any();
    return cluster;
  }

  std::string complaint(const std::string& fabric, const std::string& use = "") {
    try {
      read(fabric, use);
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "";
  }

 private:
  std::filesystem::path folder_;
};

// 3.2 Tb/s between sites that each have 102.4 Tb/s of ports.
constexpr const char* kSites = "  sites: {kind: long_haul, sites: 2, links: 4, link: wan_otn_800g}";

TEST_F(Nested, SitesStandOutsideTheNetwork) {
  const auto cluster = read(kSites, "hosts: 128");
  const auto& tiers = cluster.fabric.tiers();
  ASSERT_EQ(tiers.size(), 3U);
  EXPECT_EQ(tiers[1].children, 64);
  EXPECT_EQ(tiers[2].kind, TierKind::kLongHaul);
  EXPECT_EQ(cluster.fabric.size(), 1024);
  EXPECT_DOUBLE_EQ(tiers[2].links_per_device, 4 / 512.0);
}

TEST_F(Nested, SitesHaveAsManyHostsEach) {
  EXPECT_NE(complaint(kSites, "hosts: 3").find("not as many at each of 2 sites"),
            std::string::npos);
  EXPECT_NE(complaint("  sites: {kind: switch, size: 2, link: ib_ndr}", "hosts: 2")
                .find("mine.yaml:5:10"),
            std::string::npos);
}

// Nine groups of four routers with two hosts each. A list replaces what is extended.
constexpr const char* kDragonfly =
    "  scale_out: [{kind: dragonfly, groups: 9, routers: 4, devices_per_router: 16,"
    " global_links: 2, link: ib_ndr}]";

TEST_F(Nested, ADragonflyIsUsedInWholeGroupsOrRouters) {
  const std::string fabric = kDragonfly;
  const auto whole = read(fabric, "hosts: 72").fabric;
  EXPECT_EQ(whole.size(), 576);
  EXPECT_EQ(whole.tiers()[1].dragonfly.groups, 9);
  EXPECT_EQ(read(fabric, "hosts: 24").fabric.tiers()[1].dragonfly.groups, 3);
  EXPECT_EQ(read(fabric, "hosts: 4").fabric.tiers()[1].dragonfly.routers, 2);
  EXPECT_EQ(read(fabric, "hosts: 1").fabric.inventory()[1].switches, 1);
  EXPECT_NE(complaint(fabric, "hosts: 11").find("no whole part of a network of 576"),
            std::string::npos);
  EXPECT_NE(complaint(fabric, "hosts: 80").find("joins 576"), std::string::npos);
}

TEST_F(Nested, ATorusOfHostsIsUsedInSlices) {
  // The i-th device of a host is joined to the i-th of its neighbours.
  const std::string fabric =
      "  scale_out: [{kind: torus, dimensions: [4, 8], link: ib_ndr, cube: 4}]";
  const auto whole = read(fabric, "hosts: 32").fabric;
  ASSERT_EQ(whole.tiers().size(), 3U);
  EXPECT_EQ(whole.size(), 256);
  const auto slice = read(fabric, "hosts: 16").fabric;  // a cube of 4 × 4, closed optically
  EXPECT_EQ(slice.tiers()[2].children, 4);
  EXPECT_TRUE(slice.tiers()[2].wraps);
  const auto row = read(fabric, "hosts: 8").fabric;
  EXPECT_EQ(row.tiers()[2].children, 2);
  EXPECT_FALSE(row.tiers()[2].wraps);
  EXPECT_NE(complaint(fabric, "hosts: 6").find("no whole part"), std::string::npos);
}

TEST_F(Nested, AGraphIsUsedAsAWhole) {
  const std::string fabric =
      "  scale_out: [{kind: graph, link: ib_ndr, devices: [a, b, c], cables: ["
      "{from: a, to: b, bandwidth: 400 GB/s}, {from: b, to: c, bandwidth: 400 GB/s}]}]";
  const auto cluster = read(fabric, "hosts: 3");
  EXPECT_EQ(cluster.fabric.size(), 24);
  EXPECT_EQ(cluster.fabric.tiers()[1].kind, TierKind::kGraph);
  EXPECT_EQ(read(fabric, "hosts: 1").fabric.tiers().size(), 1U);
  EXPECT_NE(complaint(fabric, "hosts: 2").find("no whole part"), std::string::npos);
}

// Pods of four hosts, as many as a study asks for.
TEST_F(Nested, ScaleOutMayHaveSeveralTiers) {
  const std::string fabric =
      "  scale_out: [{kind: fat_tree, name: pod, size: 4, link: ib_ndr},"
      " {kind: fat_tree, link: ib_ndr}]";
  const auto cluster = read(fabric, "hosts: 12");
  ASSERT_EQ(cluster.fabric.tiers().size(), 3U);
  EXPECT_EQ(cluster.fabric.tiers()[1].children, 4);
  EXPECT_EQ(cluster.fabric.tiers()[2].children, 3);
  EXPECT_EQ(read(fabric, "hosts: 2").fabric.size(), 16);
}

TEST_F(Nested, HasAtMostEightTiers) {
  const std::string fabric =
      "  scale_out: [{kind: torus, dimensions: [2, 2, 2, 2, 2, 2, 2, 2], link: ib_ndr}]";
  EXPECT_NE(complaint(fabric, "hosts: 256").find("9 tiers"), std::string::npos);
}

TEST_F(Nested, MustBeCountable) {
  const std::string fabric =
      "  scale_out: [{kind: torus, dimensions: [50000, 50000], link: ib_ndr}]";
  EXPECT_NE(complaint(fabric).find("mine.yaml:5:15"), std::string::npos);
}

}  // namespace
}  // namespace weft::cluster
