#include "weft/network/collective.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "weft/network/cluster_size.h"

namespace weft::network {
namespace {

constexpr double kMebi = 1024 * 1024;

cluster::Cluster shipped(const std::string& name, std::int64_t devices) {
  return read_cluster(base::Catalog({WEFT_CONFIGS}, base::Fits::kCollectives), name, {}, devices);
}

// With the fits of collectives, low-latency ways among them.
TEST(Collective, NeverBelowTheBound) {
  for (const auto* name : {"dgx_h200", "b200_efa", "cloudmatrix384", "atlas_900_a2"}) {
    const auto cluster = shipped(name, 64);
    for (const int ranks : {2, 4, 8, 16, 64}) {
      const auto group = cluster.fabric.group(cluster.devices(), 1, ranks);
      for (double size = 8; size < 1e11; size *= 8) {
        for (const auto collective : {Collective::kAllReduce, Collective::kAllGather,
                                      Collective::kReduceScatter, Collective::kAllToAll}) {
          const base::Bytes bytes(size);
          EXPECT_GE(cluster.fabric.cost(collective, group, bytes).time.si(),
                    cluster.fabric.lower_bound(collective, group, bytes).si() * (1 - 1e-12))
              << name << " " << ranks << " " << size;
        }
      }
    }
  }
}

TEST(Collective, GroupsTileTheDevices) {
  CollectiveQuestion question;
  question.ranks = 2;
  question.stride = 2;
  EXPECT_EQ(devices_of_group(question, 0), (std::vector<std::int32_t>{0, 2}));
  EXPECT_EQ(devices_of_group(question, 1), (std::vector<std::int32_t>{1, 3}));
  EXPECT_EQ(devices_of_group(question, 2), (std::vector<std::int32_t>{4, 6}));
}

TEST(Collective, ClustersGrowToTheGroup) {
  EXPECT_EQ(shipped("dgx_h200", 1).hosts, 1);
  EXPECT_EQ(shipped("dgx_h200", 20).hosts, 3);
  EXPECT_EQ(shipped("cloudmatrix384", 1000).hosts, 96);
}

TEST(Collective, GroupsMustFit) {
  const auto cluster = shipped("dgx_h200", 8);
  CollectiveQuestion question;
  question.sizes = {base::Bytes(kMebi)};
  question.ranks = 9;
  EXPECT_THROW(answer(cluster, question), base::InputError);
  question.ranks = 4;
  question.stride = 2;
  EXPECT_EQ(answer(cluster, question).rows.size(), 1U);
  question.groups = 2;
  EXPECT_THROW(answer(cluster, question), base::InputError);
}

}  // namespace
}  // namespace weft::network
