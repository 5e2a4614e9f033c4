// The work of a run, told before it, against the messages that it turned out to be.

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::traffic {
namespace {

using namespace testing;

constexpr double kBytesEach = 4e6;

Fabric hosts_of_eight() {
  Tier inner = make_tier(TierKind::kSwitch, 8, make_link(400, 1));
  inner.switches = 4;
  Tier outer = make_tier(TierKind::kFatTree, 8, make_link(50, 5));
  outer.radix = 64;
  outer.layers = 2;
  return Fabric({inner, outer});
}

// Every rank sends in nearly every step of a ring; in a pipelined tree in some. The way over the
// switches of a host takes two links, that over a spine four, beside others.
TEST(Effort, MessagesOfARun) {
  const Fabric fabric = hosts_of_eight();
  const Network network(fabric);
  RunOptions options;
  options.routing.policy = graph::Policy::kSpray;
  const auto group = everyone(fabric);
  for (const auto algorithm : {Algorithm::kRing, Algorithm::kTree, Algorithm::kHierarchical}) {
    const auto prepared = prepare(fabric, Collective::kAllReduce, algorithm, group, kBytesEach, {});
    const Effort effort = effort_of(network, {&prepared.job, 1}, options);
    const auto result = run(network, {&prepared.job, 1}, options);
    const auto messages = static_cast<double>(result.events);
    EXPECT_NEAR(effort.messages / messages, 1, 0.1) << name_of(algorithm);
    EXPECT_GE(effort.links, 2) << name_of(algorithm);
    EXPECT_LE(effort.links, 16) << name_of(algorithm);
  }
}

TEST(Effort, GroupsAddUp) {
  const Fabric fabric = hosts_of_eight();
  const Network network(fabric);
  const auto group = everyone(fabric);
  const auto prepared =
      prepare(fabric, Collective::kAllReduce, Algorithm::kRing, group, kBytesEach, {});
  const Effort one = effort_of(network, {&prepared.job, 1}, {});
  const std::vector<Job> jobs(3, prepared.job);
  const Effort all = effort_of(network, jobs, {});
  EXPECT_DOUBLE_EQ(all.messages, 3 * one.messages);
  EXPECT_DOUBLE_EQ(all.links, one.links);
}

}  // namespace
}  // namespace weft::traffic
