// Collectives carried out by flows against the closed forms, where those are exact.

#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::traffic {
namespace {

using namespace testing;

constexpr double kExact = 1e-9;

RunOptions sprayed() {
  RunOptions options;
  options.routing.policy = graph::Policy::kSpray;
  return options;
}

struct Exact {
  const char* what;
  Fabric fabric;
  Collective collective;
  Algorithm algorithm;
  double bytes = 3e8;
};

void expect_exact(const Exact& c, double low = 1 - kExact, double high = 1 + kExact) {
  SCOPED_TRACE(::testing::Message() << c.what << ": " << name_of(c.collective) << " by "
                                    << name_of(c.algorithm) << " of " << c.fabric.size());
  const Network network(c.fabric);
  const auto group = everyone(c.fabric);
  const RunResult result = run(network, c.collective, c.algorithm, group, c.bytes, sprayed());
  const double closed = closed_form(c.fabric, c.collective, c.algorithm, group, c.bytes);
  ASSERT_TRUE(std::isfinite(closed));
  EXPECT_GE(result.time / closed, low);
  EXPECT_LE(result.time / closed, high);
  EXPECT_EQ(result.failed, 0);
}

Fabric one_switch(int n) {
  Link link = make_link(50, 2, 0.8, 40);
  link.call_overhead = base::Time(7e-6);
  link.all_to_all_efficiency = 0.6;
  return Fabric({make_tier(TierKind::kSwitch, n, link)});
}

Fabric one_mesh(int n) {
  return Fabric({make_tier(TierKind::kFullMesh, n, make_link(28, 2, 0.7, 100))});
}

Fabric one_ring(int n, bool wraps) {
  Tier tier = make_tier(TierKind::kRing, n, make_link(45, 1, 0.9, 20));
  tier.wraps = wraps;
  return Fabric({tier});
}

Fabric torus(std::vector<int> sizes) {
  std::vector<Tier> tiers;
  for (const int size : sizes) {
    tiers.push_back(make_tier(TierKind::kRing, size, make_link(45, 1, 0.9, 20)));
  }
  return Fabric(tiers);
}

TEST(Run, EqualsTheClosedFormOnASwitch) {
  for (const int n : {2, 3, 8, 13, 64}) {
    for (const Collective collective :
         {Collective::kAllReduce, Collective::kAllGather, Collective::kReduceScatter}) {
      expect_exact({"switch", one_switch(n), collective, Algorithm::kRing});
      expect_exact({"switch", one_switch(n), collective, Algorithm::kDirect});
      expect_exact({"switch", one_switch(n), collective, Algorithm::kDirect, 1e3});
      // Others than powers of two: who does not fold in sends its first part meanwhile, to the same
      // port.
      expect_exact({"switch", one_switch(n), collective, Algorithm::kHalvingDoubling}, 1 - kExact,
                   std::has_single_bit(static_cast<unsigned>(n)) ? 1 + kExact : 1.4);
    }
    expect_exact({"switch", one_switch(n), Collective::kAllToAll, Algorithm::kPairwise});
    expect_exact({"switch", one_switch(n), Collective::kAllToAll, Algorithm::kDirect});
    expect_exact({"switch", one_switch(n), Collective::kAllToAll, Algorithm::kBruck});
    expect_exact({"switch", one_switch(n), Collective::kAllGather, Algorithm::kBruck});
    expect_exact({"switch", one_switch(n), Collective::kBroadcast, Algorithm::kRing});
    // In two shots the first rank begins the second a latency before the others.
    expect_exact({"switch", one_switch(n), Collective::kBroadcast, Algorithm::kDirect}, 0.9998);
    expect_exact({"switch", one_switch(n), Collective::kBroadcast, Algorithm::kDirect, 10});
    expect_exact({"switch", one_switch(n), Collective::kBarrier, Algorithm::kRing});
    expect_exact({"switch", one_switch(n), Collective::kBarrier, Algorithm::kHalvingDoubling},
                 1 - kExact, std::has_single_bit(static_cast<unsigned>(n)) ? 1 + kExact : 1.4);
    expect_exact({"switch", one_switch(n), Collective::kBarrier, Algorithm::kDirect});
  }
}

TEST(Run, EqualsTheClosedFormOnAFullMesh) {
  for (const int n : {2, 3, 8, 16}) {
    expect_exact({"mesh", one_mesh(n), Collective::kAllReduce, Algorithm::kDirect});
    expect_exact({"mesh", one_mesh(n), Collective::kAllReduce, Algorithm::kDirect, 1e3});
    expect_exact({"mesh", one_mesh(n), Collective::kAllGather, Algorithm::kDirect});
    expect_exact({"mesh", one_mesh(n), Collective::kAllToAll, Algorithm::kDirect});
    expect_exact({"mesh", one_mesh(n), Collective::kBroadcast, Algorithm::kDirect});
  }
}

TEST(Run, EqualsTheClosedFormAlongARing) {
  for (const int n : {2, 3, 4, 7, 16}) {
    for (const bool wraps : {true, false}) {
      SCOPED_TRACE(wraps);
      expect_exact({"ring", one_ring(n, wraps), Collective::kAllReduce, Algorithm::kRing});
      expect_exact({"ring", one_ring(n, wraps), Collective::kAllGather, Algorithm::kRing});
      // Two chains against each other wait for one another.
      expect_exact({"ring", one_ring(n, wraps), Collective::kBroadcast, Algorithm::kRing},
                   1 - kExact, wraps && n > 2 ? 1.15 : 1 + kExact);
      expect_exact(
          {"ring", one_ring(n, wraps), Collective::kReduceScatter, Algorithm::kTorusBucket});
    }
  }
}

TEST(Run, EqualsTheClosedFormOnATorus) {
  for (const auto& sizes : std::vector<std::vector<int>>{{4, 4}, {4, 4, 4}, {8, 4}, {3, 5, 4}}) {
    expect_exact({"torus", torus(sizes), Collective::kAllReduce, Algorithm::kTorusBucket});
    expect_exact({"torus", torus(sizes), Collective::kAllGather, Algorithm::kTorusBucket});
    expect_exact({"torus", torus(sizes), Collective::kReduceScatter, Algorithm::kHierarchical});
    expect_exact({"torus", torus(sizes), Collective::kAllToAll, Algorithm::kDirect});
  }
}

TEST(Run, EqualsTheClosedFormOverTiers) {
  const Fabric hosts({make_tier(TierKind::kSwitch, 8, make_link(400, 1, 0.9, 30)),
                      make_tier(TierKind::kSwitch, 4, make_link(50, 5, 0.8, 60))});
  expect_exact({"hosts", hosts, Collective::kAllGather, Algorithm::kHierarchical});
  expect_exact({"hosts", hosts, Collective::kReduceScatter, Algorithm::kHierarchical});
  const Fabric boards({make_tier(TierKind::kFullMesh, 8, make_link(28, 1, 0.9, 30)),
                       make_tier(TierKind::kSwitch, 4, make_link(50, 5, 0.8, 60)),
                       make_tier(TierKind::kSwitch, 3, make_link(25, 5, 0.8, 60))});
  expect_exact({"boards", boards, Collective::kAllGather, Algorithm::kHierarchical});
  expect_exact({"boards", boards, Collective::kAllReduce, Algorithm::kHierarchical});
  expect_exact({"hosts", hosts, Collective::kAllToAll, Algorithm::kDirect});
  expect_exact({"hosts", hosts, Collective::kAllToAll, Algorithm::kDirect, 1e3});
  expect_exact({"boards", boards, Collective::kAllToAll, Algorithm::kDirect});
}

TEST(Run, AMessageTakesWhatTheFabricSays) {
  const Fabric fabric({make_tier(TierKind::kFullMesh, 4, make_link(28, 1, 0.9, 30)),
                       make_tier(TierKind::kSwitch, 4, make_link(100, 3, 0.8, 60)),
                       make_tier(TierKind::kFatTree, 4, make_link(50, 5, 0.8, 60))});
  const Network network(fabric);
  for (const std::int32_t stride : {1, 4, 16}) {
    const std::vector<std::int32_t> pair = {0, stride};
    const RunResult result =
        run(network, Collective::kPointToPoint, Algorithm::kPairwise, pair, 1e8, sprayed());
    const double closed =
        closed_form(fabric, Collective::kPointToPoint, Algorithm::kPairwise, pair, 1e8);
    EXPECT_NEAR(result.time / closed, 1, kExact) << stride;
    EXPECT_EQ(result.events, 1);
  }
}

// Ports of a host's switches stripe a message over all of them whatever the policy of the network.
TEST(Run, SwitchesInParallelAreStriped) {
  Tier host = make_tier(TierKind::kSwitch, 8, make_link(450, 2, 0.8, 40));
  host.switches = 4;
  Tier node = make_tier(TierKind::kSwitch, 4, make_link(28, 1, 0.9, 30));
  node.links_per_device = 7;
  node.planes = 7;
  node.switches = 7;
  Tier planes = node;
  planes.children = 3;
  planes.shares_ports = true;
  planes.switches = 7 * 4;
  for (const Fabric& fabric : {Fabric({host}), Fabric({node, planes})}) {
    const Network network(fabric);
    for (const graph::Policy policy : {graph::Policy::kMinimal, graph::Policy::kEcmp}) {
      RunOptions options;
      options.routing.policy = policy;
      const auto last = static_cast<std::int32_t>(fabric.size()) - 1;
      for (const std::vector<std::int32_t>& pair : {std::vector{0, 1}, std::vector{0, last}}) {
        const double time =
            run(network, Collective::kPointToPoint, Algorithm::kPairwise, pair, 1e9, options).time;
        const double closed =
            closed_form(fabric, Collective::kPointToPoint, Algorithm::kPairwise, pair, 1e9);
        EXPECT_NEAR(time / closed, 1, kExact) << name_of(policy) << pair[1];
      }
      const double all =
          run(network, Collective::kAllToAll, Algorithm::kPairwise, everyone(fabric), 1e8, options)
              .time;
      const double sprayed_all = run(network, Collective::kAllToAll, Algorithm::kPairwise,
                                     everyone(fabric), 1e8, sprayed())
                                     .time;
      EXPECT_NEAR(all / sprayed_all, 1, kExact) << name_of(policy);
    }
  }
}

// The channels of a ring pay for one message together, as the closed form has it.
TEST(Run, ChannelsShareWhatAMessageCosts) {
  // The network is the bottleneck, each port with one channel; then the host, with seven of eight.
  const Fabric slow({make_tier(TierKind::kSwitch, 8, make_link(900, 0, 0.9, 500)),
                     make_tier(TierKind::kSwitch, 4, make_link(50, 0, 0.8, 500))});
  expect_exact({"network", slow, Collective::kAllReduce, Algorithm::kRing, 1e8}, 1 - 1e-6, 1.02);
  const Fabric fast({make_tier(TierKind::kSwitch, 8, make_link(50, 0, 0.9, 500)),
                     make_tier(TierKind::kSwitch, 4, make_link(900, 0, 0.8, 500))});
  expect_exact({"host", fast, Collective::kAllReduce, Algorithm::kRing, 1e7}, 0.94, 1 + 1e-6);
  const Fabric host = one_switch(8);
  const Network network(host);
  const auto group = everyone(host);
  for (const int channels : {1, 4, 16}) {
    ScheduleOptions options;
    options.channels = channels;
    const auto schedule = make_schedule(Collective::kAllReduce, Algorithm::kRing, 8, 1e5, options);
    Job job;
    job.schedule = schedule.get();
    job.devices = schedule->devices_of(group);
    const double time = run(network, std::span(&job, 1), sprayed()).time;
    EXPECT_NEAR(time + 7e-6,
                closed_form(host, Collective::kAllReduce, Algorithm::kRing, group, 1e5), 1e-12)
        << channels;
  }
}

TEST(Run, ReducesInTheSwitch) {
  Link link = make_link(450, 1, 0.8);
  link.in_switch_reduction = interconnect::InSwitchReduction{4, 0.9, base::Time(20e-6)};
  Tier tier = make_tier(TierKind::kSwitch, 8, link);
  tier.switches = 4;
  expect_exact({"nvls", Fabric({tier}), Collective::kAllReduce, Algorithm::kInSwitch});
}

// The pipelined trees carry twice the vector, less than the ring when latency counts.
TEST(Run, TreesArePipelined) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 64, make_link(50, 5))});
  const Network network(fabric);
  const auto group = everyone(fabric);
  const auto tree = [&](double bytes) {
    return run(network, Collective::kAllReduce, Algorithm::kTree, group, bytes, {}).time;
  };
  EXPECT_NEAR(tree(4e9) / (2 * 4e9 / 50e9), 1, 0.15);
  const double small = closed_form(fabric, Collective::kAllReduce, Algorithm::kTree, group, 1e3);
  EXPECT_NEAR(tree(1e3) / small, 1, 0.25);
  const double broadcast =
      run(network, Collective::kBroadcast, Algorithm::kTree, group, 4e9, {}).time;
  EXPECT_NEAR(broadcast / (4e9 / 50e9), 1, 0.15);
}

// Eight rings over four hosts use every port: the closed form, which charges the host as well.
TEST(Run, RingsUseAllPortsOfAHost) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(900)),
                       make_tier(TierKind::kFatTree, 4, make_link(50))});
  const Network network(fabric);
  const RunResult result =
      run(network, Collective::kAllReduce, Algorithm::kRing, everyone(fabric), 1e9, sprayed());
  EXPECT_NEAR(result.time / (2 * 31.0 / 32 * 1e9 / (8 * 50e9)), 1, 1e-6);
  EXPECT_EQ(result.events, 2 * 31 * 32 * 8);
}

// k groups over one shared link take k times as long.
TEST(Run, GroupsShareLinks) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(400)),
                       make_tier(TierKind::kLongHaul, 2, make_link(50))});
  Tier site = fabric.tiers()[1];
  site.links_per_device = 1.0 / 8;
  const Fabric sites({fabric.tiers()[0], site});
  const Network network(sites);
  std::vector<Prepared> prepared;
  std::vector<Job> jobs;
  for (std::int32_t i = 0; i < 4; ++i) {
    const auto pair = strided(i, 8, 2);
    prepared.push_back(prepare(sites, Collective::kPointToPoint, Algorithm::kPairwise, pair, 1e9));
    jobs.push_back(prepared.back().job);
  }
  const RunResult one = run(network, std::span(jobs).first(1), sprayed());
  const RunResult four = run(network, jobs, sprayed());
  EXPECT_NEAR(four.time / one.time, 4, 1e-9);
  ASSERT_EQ(four.finish.size(), 4U);
  EXPECT_NEAR(four.hottest.front().use, 1, 1e-9);
}

TEST(Run, CountsBytesOfEveryTier) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 4, make_link(400)),
                       make_tier(TierKind::kSwitch, 4, make_link(50))});
  const Network network(fabric);
  const RunResult result =
      run(network, Collective::kAllToAll, Algorithm::kPairwise, everyone(fabric), 1.6e6, sprayed());
  // 16 ranks, 3 messages each inside and 12 outside, of 1e5 bytes, up and down.
  EXPECT_NEAR(result.tier_bytes[0], 16 * 3 * 1e5 * 2, 1);
  EXPECT_NEAR(result.tier_bytes[1], 16 * 12 * 1e5 * 2, 1);
  EXPECT_LE(result.hottest.size(), 10U);
}

TEST(Run, GoesRoundALinkThatDies) {
  const Fabric fabric = torus({4, 4});
  const Network network(fabric);
  const auto group = everyone(fabric);
  const auto reduce = [&](const RunOptions& options) {
    return run(network, Collective::kAllReduce, Algorithm::kTorusBucket, group, 1e9, options);
  };
  const RunResult whole = reduce({});
  RunOptions cut;
  cut.changes = {{whole.time / 2, 0, 0}, {whole.time / 2, 1, 0}};
  const RunResult broken = reduce(cut);
  EXPECT_EQ(broken.failed, 0);
  EXPECT_GT(broken.time, 1.05 * whole.time);
  EXPECT_LT(broken.time, 3 * whole.time);
  RunOptions slow;
  slow.changes = {{0, 0, network.graph().cable_of(0).capacity / 2}};
  EXPECT_NEAR(reduce(slow).time / whole.time, 2, 0.2);
}

TEST(Run, FailsWhereNoWayIsLeft) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 4, make_link(50))});
  const Network network(fabric);
  RunOptions options;
  const graph::LinkId port = network.graph().out(2).front();
  options.changes = {{1e-3, port, 0}};
  const RunResult result =
      run(network, Collective::kAllReduce, Algorithm::kRing, everyone(fabric), 1e9, options);
  EXPECT_GT(result.failed, 0);
  EXPECT_TRUE(std::isinf(result.finish[0]));
  std::vector<std::uint8_t> alive(network.graph().links(), 1);
  alive[port] = 0;
  RunOptions from_the_start;
  from_the_start.routing.alive = alive;
  EXPECT_THROW((void)run(network, Collective::kAllReduce, Algorithm::kRing, everyone(fabric), 1e9,
                         from_the_start),
               std::invalid_argument);
}

TEST(Run, RefusesWhatDoesNotApply) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 4, make_link(50))});
  const Network network(fabric);
  const auto with = [&](Algorithm algorithm, const std::vector<std::int32_t>& group) {
    return run(network, Collective::kAllReduce, algorithm, group, 1e6, {});
  };
  EXPECT_THROW((void)with(Algorithm::kBruck, {0, 1, 2}), std::invalid_argument);
  EXPECT_THROW((void)with(Algorithm::kInSwitch, {0, 1, 2}), std::invalid_argument);
  EXPECT_THROW((void)with(Algorithm::kRing, {0, 1, 9}), std::invalid_argument);
  EXPECT_THROW((void)with(Algorithm::kRing, {0, 1, 1}), std::invalid_argument);
  EXPECT_NO_THROW((void)with(Algorithm::kNone, {0, 1, 2}));
}

}  // namespace
}  // namespace weft::traffic
