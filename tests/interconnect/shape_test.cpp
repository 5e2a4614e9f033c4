// Shapes of groups against brute force.

#include <stdexcept>

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::interconnect {
namespace {

using namespace testing;

Fabric nested(const std::vector<int>& children) {
  std::vector<Tier> tiers;
  tiers.reserve(children.size());
  for (const int count : children) {
    tiers.push_back(make_tier(TierKind::kSwitch, count, make_link(100)));
  }
  return Fabric(std::move(tiers));
}

GroupShape worst_by_hand(const Fabric& fabric, std::int64_t used, std::int64_t stride, int size) {
  GroupShape worst;
  bool is_first = true;
  const std::int64_t block = stride * size;
  for (std::int64_t start = 0; start + block <= used; start += block) {
    for (std::int64_t base = start; base < start + stride; ++base) {
      std::vector<std::int64_t> devices;
      devices.reserve(size);
      for (int i = 0; i < size; ++i) devices.push_back(base + i * stride);
      const GroupShape shape = fabric.shape_of(devices);
      if (is_first || is_costlier(shape, worst)) worst = shape;
      is_first = false;
    }
  }
  return worst;
}

TEST(Shape, OfAHostAndAStride) {
  const Fabric fabric = nested({8, 16});
  const GroupShape host = fabric.group(128, 1, 8);
  EXPECT_EQ(host.tiers[0], (TierSpan{8, 1, 1}));
  EXPECT_EQ(host.tiers[1], (TierSpan{1, 8, 8}));
  EXPECT_EQ(host.top_tier(), 0);
  EXPECT_TRUE(host.is_even());
  const GroupShape rail = fabric.group(128, 8, 16);
  EXPECT_EQ(rail.tiers[0], (TierSpan{1, 1, 1}));
  EXPECT_EQ(rail.tiers[1], (TierSpan{16, 1, 1}));
  EXPECT_EQ(rail.top_tier(), 1);
  const GroupShape four_of_each = fabric.group(128, 2, 64);
  EXPECT_EQ(four_of_each.tiers[0], (TierSpan{4, 1, 1}));
  EXPECT_EQ(four_of_each.tiers[1], (TierSpan{16, 4, 4}));
}

// 360 devices in racks of 72, one group of 45 through every eighth device.
TEST(Shape, ThatDoesNotFitIsUneven) {
  const Fabric fabric = nested({72, 5});
  const GroupShape shape = fabric.group(360, 8, 45);
  EXPECT_EQ(shape.tiers[0], (TierSpan{9, 1, 1}));
  EXPECT_EQ(shape.tiers[1], (TierSpan{5, 9, 9}));
  const GroupShape straddling = fabric.group(360, 1, 40);  // 72 is no multiple of 40
  EXPECT_EQ(straddling.tiers[1].children, 2);
  EXPECT_EQ(straddling.tiers[1].members_least, 8);
  EXPECT_EQ(straddling.tiers[1].members_most, 32);
  EXPECT_FALSE(straddling.is_even());
}

TEST(Shape, GroupIsTheWorstOfAllGroups) {
  Dice dice(11);
  for (int i = 0; i < 3000; ++i) {
    std::vector<int> children;
    const std::int64_t tiers = dice.whole(1, 4);
    for (std::int64_t t = 0; t < tiers; ++t) children.push_back(static_cast<int>(dice.whole(1, 9)));
    const Fabric fabric = nested(children);
    const std::int64_t stride = dice.whole(1, std::max<std::int64_t>(fabric.size() / 2, 1));
    const auto size = static_cast<int>(dice.whole(1, fabric.size() / stride));
    const std::int64_t used = dice.whole(stride * size, fabric.size());
    ASSERT_EQ(fabric.group(used, stride, size), worst_by_hand(fabric, used, stride, size))
        << i << " used " << used << " stride " << stride << " size " << size;
  }
}

TEST(Shape, NeighboursAreTheWorstPair) {
  Dice dice(12);
  for (int i = 0; i < 2000; ++i) {
    std::vector<int> children;
    const std::int64_t tiers = dice.whole(1, 4);
    for (std::int64_t t = 0; t < tiers; ++t) children.push_back(static_cast<int>(dice.whole(1, 7)));
    const Fabric fabric = nested(children);
    if (fabric.size() < 2) continue;
    const std::int64_t stride = dice.whole(1, fabric.size() - 1);
    const std::int64_t used = dice.whole(stride + 1, fabric.size());
    GroupShape worst;
    for (std::int64_t device = 0; device + stride < used; ++device) {
      const std::vector<std::int64_t> pair{device, device + stride};
      const GroupShape shape = fabric.shape_of(pair);
      if (device == 0 || is_costlier(shape, worst)) worst = shape;
    }
    ASSERT_EQ(fabric.neighbours(used, stride), worst) << i;
  }
}

TEST(Shape, OfOneDeviceAlone) {
  const Fabric alone;
  EXPECT_EQ(alone.size(), 1);
  EXPECT_EQ(alone.group(1, 1, 1).top_tier(), -1);
  EXPECT_TRUE(alone.inventory().empty());
}

TEST(Shape, RefusesWhatDoesNotExist) {
  const Fabric fabric = nested({8, 2});
  EXPECT_THROW((void)fabric.group(16, 4, 5), std::invalid_argument);
  EXPECT_THROW((void)fabric.group(17, 1, 1), std::invalid_argument);
  EXPECT_THROW((void)fabric.group(16, 0, 1), std::invalid_argument);
  EXPECT_THROW((void)fabric.neighbours(8, 8), std::invalid_argument);
  EXPECT_THROW((void)fabric.shape_of({}), std::invalid_argument);
  EXPECT_THROW(Fabric(std::vector<Tier>{}), std::invalid_argument);
  EXPECT_THROW(nested({2, 2, 2, 2, 2, 2, 2, 2, 2}), std::invalid_argument);
}

}  // namespace
}  // namespace weft::interconnect
