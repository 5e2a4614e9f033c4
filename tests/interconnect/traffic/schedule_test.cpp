// Schedules carried out on paper: who knows of whom after each step, and how many bytes moved.

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "weft/traffic/schedule.h"

namespace weft::traffic {
namespace {

struct Case {
  Collective collective;
  Algorithm algorithm;
  std::vector<std::int32_t> units;
  bool one_shot = false;
  std::uint32_t closed = 0;
  std::uint32_t direct = 0;
  int channels = 0;
  std::uint32_t mesh = 0;
  int chunks = 0;
};

std::unique_ptr<Schedule> make(const Case& c, std::int32_t ranks, double bytes) {
  ScheduleOptions options;
  options.units = c.units;
  options.one_shot = c.one_shot;
  options.closed = c.closed;
  options.direct = c.direct;
  options.channels = c.channels;
  options.mesh = c.mesh;
  options.chunks = c.chunks;
  return make_schedule(c.collective, c.algorithm, ranks, bytes, options);
}

using Known = std::vector<std::set<std::int32_t>>;

// Whose data each rank has seen, for each channel: messages carry all that their sender knew when
// the step began. A member knows what its ranks on all lanes know. Also checks that receives()
// agrees with sends(). Two channels count as one where the dimensions differ in whether they run
// both ways.
struct Outcome {
  bool is_mixed = false;
  std::map<std::int32_t, Known> known;
  std::vector<double> sent;
  std::vector<double> received;
};

void take_step(const Schedule& schedule, std::int64_t step, std::int32_t members,
               Outcome& outcome) {
  const auto before = outcome.known;
  const std::int32_t ranks = members * schedule.lanes();
  std::vector<std::int32_t> arrived(ranks, 0);
  std::vector<Message> messages;
  for (std::int32_t rank = 0; rank < ranks; ++rank) {
    messages.clear();
    schedule.sends(step, rank, messages);
    if (!messages.empty()) {
      ASSERT_EQ(schedule.next_busy(step, rank), step);
    }
    for (const Message& message : messages) {
      ASSERT_GE(message.to, 0);
      ASSERT_LT(message.to, ranks);
      outcome.sent[rank % members] += message.bytes;
      outcome.received[message.to % members] += message.bytes;
      ++arrived[message.to];
      const std::int32_t channel = outcome.is_mixed ? message.channel / 2 : message.channel;
      Known& known = outcome.known[channel];
      if (known.empty()) {
        for (std::int32_t i = 0; i < ranks; ++i) known.push_back({i % members});
      }
      const auto old = before.find(channel);
      const std::set<std::int32_t> itself{rank % members};
      const auto& carried = old == before.end() ? itself : old->second[rank];
      known[message.to].insert(carried.begin(), carried.end());
    }
  }
  for (std::int32_t rank = 0; rank < ranks; ++rank) {
    ASSERT_EQ(schedule.receives(step, rank), arrived[rank]) << "step " << step << " rank " << rank;
    if (arrived[rank] > 0) {
      ASSERT_EQ(schedule.next_busy(step, rank), step);
    }
  }
}

Outcome carry_out(const Schedule& schedule, std::int32_t members, bool is_mixed = false) {
  Outcome outcome;
  outcome.is_mixed = is_mixed;
  outcome.sent.resize(members);
  outcome.received.resize(members);
  for (std::int64_t step = 0; step < schedule.steps(); ++step) {
    take_step(schedule, step, members, outcome);
  }
  return outcome;
}

std::set<std::int32_t> known_to(const Known& known, std::int32_t member, std::int32_t members) {
  std::set<std::int32_t> all;
  for (std::size_t rank = member; rank < known.size(); rank += members) {
    all.insert(known[rank].begin(), known[rank].end());
  }
  return all;
}

void expect_all_know_all(const Outcome& outcome, std::int32_t members) {
  for (const auto& [channel, known] : outcome.known) {
    for (std::int32_t member = 0; member < members; ++member) {
      ASSERT_EQ(known_to(known, member, members).size(), static_cast<std::size_t>(members))
          << "channel " << channel << " member " << member;
    }
  }
}

constexpr double kBytes = 6000;

TEST(Schedules, EveryRankEndsWithAllContributions) {
  const std::vector<Case> cases = {
      {Collective::kAllReduce, Algorithm::kRing, {}},
      {Collective::kAllGather, Algorithm::kRing, {}},
      {Collective::kReduceScatter, Algorithm::kRing, {}, false, 1},
      {Collective::kAllReduce, Algorithm::kRing, {}, false, 0, 0, 0, 1},
      {Collective::kAllGather, Algorithm::kRing, {}, false, 0, 0, 3, 1},
      {Collective::kAllReduce, Algorithm::kRing, {}, false, 0, 0, 3},
      {Collective::kAllReduce, Algorithm::kTree, {}},
      {Collective::kAllReduce, Algorithm::kDirect, {}},
      {Collective::kAllReduce, Algorithm::kDirect, {}, true},
      {Collective::kAllGather, Algorithm::kDirect, {}},
      {Collective::kReduceScatter, Algorithm::kDirect, {}},
      {Collective::kAllReduce, Algorithm::kHalvingDoubling, {}},
      {Collective::kAllGather, Algorithm::kHalvingDoubling, {}},
      {Collective::kReduceScatter, Algorithm::kHalvingDoubling, {}},
      {Collective::kAllGather, Algorithm::kBruck, {}},
      {Collective::kAllToAll, Algorithm::kBruck, {}},
      {Collective::kAllToAll, Algorithm::kPairwise, {}},
      {Collective::kAllToAll, Algorithm::kDirect, {}},
      {Collective::kAllReduce, Algorithm::kTorusBucket, {}, false, 1},
      {Collective::kBarrier, Algorithm::kTree, {}},
  };
  for (const Case& c : cases) {
    for (std::int32_t ranks = 2; ranks <= 33; ++ranks) {
      SCOPED_TRACE(::testing::Message()
                   << name_of(c.collective) << " by " << name_of(c.algorithm) << " of " << ranks);
      const auto schedule = make(c, ranks, kBytes);
      ASSERT_NE(schedule, nullptr);
      expect_all_know_all(carry_out(*schedule, ranks), ranks);
    }
  }
}

TEST(Schedules, OverUnits) {
  const std::vector<Case> cases = {
      {Collective::kAllReduce, Algorithm::kRing, {4}},
      {Collective::kAllReduce, Algorithm::kRing, {4, 12}},
      {Collective::kAllReduce, Algorithm::kRing, {4, 12}, false, 7},
      {Collective::kAllReduce, Algorithm::kHierarchical, {4}},
      {Collective::kAllGather, Algorithm::kHierarchical, {4, 12}},
      {Collective::kReduceScatter, Algorithm::kHierarchical, {4, 12}, false, 2, 1},
      {Collective::kAllReduce, Algorithm::kTorusBucket, {3, 12}, false, 3},
      {Collective::kAllGather, Algorithm::kTorusBucket, {2, 6}, false, 7},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(::testing::Message() << name_of(c.collective) << " by " << name_of(c.algorithm));
    const auto schedule = make(c, 36, kBytes);
    ASSERT_NE(schedule, nullptr);
    expect_all_know_all(carry_out(*schedule, 36, c.closed != 0), 36);
  }
}

// All ways to divide ranks into units, and those into units again.
std::vector<std::vector<std::int32_t>> units_of(std::int32_t ranks) {
  std::vector<std::vector<std::int32_t>> all;
  for (std::int32_t unit = 2; unit < ranks; ++unit) {
    if (ranks % unit != 0) continue;
    all.push_back({unit});
    for (std::int32_t inner = 2; inner < unit; ++inner) {
      if (unit % inner == 0) all.push_back({inner, unit});
    }
  }
  return all;
}

TEST(Schedules, TreesAndRingsOverAnyUnits) {
  for (std::int32_t ranks = 4; ranks <= 33; ++ranks) {
    for (const auto& units : units_of(ranks)) {
      SCOPED_TRACE(::testing::Message() << ranks << " in units of " << units.front());
      const std::int32_t outer = units.back();
      Case tree{Collective::kAllReduce, Algorithm::kTree, units};
      tree.chunks = 2;
      const auto trees = make(tree, ranks, kBytes);
      EXPECT_EQ(trees->lanes(), 4 * outer);
      const Outcome reduced = carry_out(*trees, ranks);
      EXPECT_EQ(reduced.known.size(), static_cast<std::size_t>(2 * outer));
      expect_all_know_all(reduced, ranks);
      Case ring{Collective::kAllGather, Algorithm::kRing, units};
      ring.mesh = 7;
      ring.channels = 5;
      expect_all_know_all(carry_out(*make(ring, ranks, kBytes), ranks), ranks);
    }
  }
}

// Of a member, on all lanes.
std::vector<Message> sent_at_first(const Schedule& schedule, std::int32_t member,
                                   std::int32_t members) {
  std::vector<Message> messages;
  for (std::int32_t lane = 0; lane < schedule.lanes(); ++lane) {
    schedule.sends(0, lane * members + member, messages);
  }
  return messages;
}

// Units of unequal sizes, and those in pairs: as many rings as the smallest has ranks, and each
// enters a unit through another.
TEST(Schedules, RingsAndChainsOverUnevenUnits) {
  for (std::int32_t ranks = 3; ranks <= 33; ++ranks) {
    for (const std::int32_t unit : {2, 3, 4, 8}) {
      if (unit >= ranks) continue;
      ScheduleOptions options;
      options.starts.resize(ranks > 2 * unit ? 2 : 1);
      for (std::int32_t first = 0; first < ranks; first += unit) {
        options.starts.front().push_back(first);
        if (first % (2 * unit) == 0 && ranks > 2 * unit) options.starts[1].push_back(first);
      }
      SCOPED_TRACE(::testing::Message() << ranks << " in units of " << unit);
      const std::int32_t least = ranks - options.starts.back().back();
      for (const Collective collective : {Collective::kAllReduce, Collective::kBroadcast}) {
        const auto rings = make_schedule(collective, Algorithm::kRing, ranks, kBytes, options);
        ASSERT_EQ(rings->lanes(), std::min(least, ranks > 2 * unit ? 2 * unit : unit));
        const Outcome outcome = carry_out(*rings, ranks);
        if (collective == Collective::kAllReduce) {
          expect_all_know_all(outcome, ranks);
          continue;
        }
        for (std::int32_t rank = 1; rank < ranks; ++rank) {
          ASSERT_NEAR(outcome.received[rank], kBytes, 1e-9 * kBytes) << rank;
        }
      }
      if (options.starts.size() > 1) continue;
      const auto rings =
          make_schedule(Collective::kAllGather, Algorithm::kRing, ranks, kBytes, options);
      for (std::int32_t rank = 0; rank < ranks; ++rank) {
        int leaving = 0;
        for (const Message& message : sent_at_first(*rings, rank, ranks)) {
          if (message.to % ranks / unit != rank / unit) ++leaving;
        }
        EXPECT_LE(leaving, 1) << rank;
      }
    }
  }
}

// No two cycles of a mesh use a link in the same direction, and each visits all.
TEST(Schedules, RingsOfAMeshHaveNoLinkInCommon) {
  for (std::int32_t ranks = 3; ranks <= 33; ++ranks) {
    const auto rings =
        make({Collective::kAllGather, Algorithm::kRing, {}, false, 0, 0, 0, 1}, ranks, kBytes);
    std::vector<Message> messages;
    for (std::int32_t rank = 0; rank < ranks; ++rank) {
      messages = sent_at_first(*rings, rank, ranks);
      ASSERT_EQ(messages.size(), (ranks - 1) / 2 * 2U) << ranks;
      std::set<std::int32_t> neighbours;
      for (const Message& message : messages) neighbours.insert(message.to % ranks);
      ASSERT_EQ(neighbours.size(), messages.size()) << ranks;
      ASSERT_FALSE(neighbours.contains(rank));
    }
  }
}

// Each rank stands for its unit in one pair of trees, and sends what is its part of the vector out
// of it: at most once up and once down.
TEST(Schedules, TreesLeaveAUnitThroughAllItsRanks) {
  const auto trees = make({Collective::kAllReduce, Algorithm::kTree, {8}}, 64, kBytes);
  std::vector<double> out(64);
  std::vector<Message> messages;
  for (std::int64_t step = 0; step < trees->steps(); ++step) {
    for (std::int32_t rank = 0; rank < 64 * trees->lanes(); ++rank) {
      messages.clear();
      trees->sends(step, rank, messages);
      for (const Message& message : messages) {
        if (message.to % 64 / 8 == rank % 64 / 8) continue;
        EXPECT_EQ(message.to % 8, rank % 8);
        out[rank % 64] += message.bytes;
      }
    }
  }
  for (std::int32_t rank = 0; rank < 64; ++rank) {
    EXPECT_GT(out[rank], 0);
    EXPECT_LE(out[rank], 2 * kBytes / 8 * (1 + 1e-9));
  }
}

// Of units of more than 64 ranks the largest divisor of them, in units of many levels too.
TEST(Schedules, TreesOfLargeUnitsAreLimited) {
  const auto lanes = [](const std::vector<std::int32_t>& units, std::int32_t ranks) {
    Case tree{Collective::kBroadcast, Algorithm::kTree, units};
    tree.chunks = 4;
    return make(tree, ranks, kBytes)->lanes();
  };
  EXPECT_EQ(lanes({72}, 144), 2 * 36);
  EXPECT_EQ(lanes({64}, 128), 2 * 64);
  EXPECT_EQ(lanes({8, 128}, 256), 2 * 64);
}

TEST(Schedules, ABroadcastReachesAll) {
  for (const Case& c :
       std::vector<Case>{{Collective::kBroadcast, Algorithm::kRing, {}},
                         {Collective::kBroadcast, Algorithm::kRing, {4}},
                         {Collective::kBroadcast, Algorithm::kRing, {}, false, 1},
                         {Collective::kBroadcast, Algorithm::kRing, {}, false, 0, 0, 0, 1},
                         {Collective::kBroadcast, Algorithm::kTree, {}},
                         {Collective::kBroadcast, Algorithm::kTree, {4}},
                         {Collective::kBroadcast, Algorithm::kTree, {2, 8}},
                         {Collective::kBroadcast, Algorithm::kDirect, {}},
                         {Collective::kBroadcast, Algorithm::kDirect, {}, true}}) {
    for (std::int32_t ranks = 2; ranks <= 32; ++ranks) {
      SCOPED_TRACE(::testing::Message() << name_of(c.algorithm) << " of " << ranks);
      const auto schedule = make(c, ranks, kBytes);
      ASSERT_NE(schedule, nullptr);
      const Outcome outcome = carry_out(*schedule, ranks);
      for (std::int32_t rank = 1; rank < ranks; ++rank) {
        for (const auto& [channel, known] : outcome.known) {
          ASSERT_TRUE(known_to(known, rank, ranks).contains(0)) << channel << " " << rank;
        }
        ASSERT_NEAR(outcome.received[rank], kBytes, 1e-9 * kBytes) << rank;
      }
    }
  }
}

double total(const std::vector<double>& bytes) {
  double sum = 0;
  for (const double b : bytes) sum += b;
  return sum;
}

// Bandwidth-optimal algorithms move (n-1)/n of the vector once or twice.
TEST(Schedules, MoveWhatTheLiteratureSays) {
  struct Expected {
    Case what;
    double times;
  };
  const std::vector<Expected> cases = {
      {{Collective::kAllReduce, Algorithm::kRing, {}}, 2},
      {{Collective::kAllReduce, Algorithm::kRing, {8}}, 2},
      {{Collective::kAllReduce, Algorithm::kTree, {}}, 2},
      {{Collective::kAllReduce, Algorithm::kDirect, {}}, 2},
      {{Collective::kAllReduce, Algorithm::kHierarchical, {8}}, 2},
      {{Collective::kAllReduce, Algorithm::kTorusBucket, {4, 16}}, 2},
      {{Collective::kAllReduce, Algorithm::kHalvingDoubling, {}}, 2},
      {{Collective::kAllGather, Algorithm::kHalvingDoubling, {}}, 1},
      {{Collective::kAllGather, Algorithm::kBruck, {}}, 1},
      {{Collective::kAllToAll, Algorithm::kPairwise, {}}, 1},
  };
  for (const Expected& expected : cases) {
    SCOPED_TRACE(name_of(expected.what.algorithm));
    const Outcome outcome = carry_out(*make(expected.what, 64, kBytes), 64);
    ASSERT_NEAR(total(outcome.sent), 64 * expected.times * 63 / 64 * kBytes, 1e-6);
    ASSERT_NEAR(total(outcome.received), total(outcome.sent), 1e-6);
  }
  const Outcome bruck =
      carry_out(*make({Collective::kAllToAll, Algorithm::kBruck, {}}, 64, kBytes), 64);
  ASSERT_NEAR(bruck.sent[5], 6 * kBytes / 2, 1e-6);
}

// Rail by rail: as many ways out of a unit as it has ranks, and each enters the next at its own
// place.
TEST(Schedules, RingsLeaveAUnitThroughAllItsRanks) {
  const auto schedule = make({Collective::kAllGather, Algorithm::kRing, {8}}, 64, kBytes);
  std::vector<Message> messages;
  for (std::int32_t rank = 0; rank < 64; ++rank) {
    messages = sent_at_first(*schedule, rank, 64);
    ASSERT_EQ(messages.size(), 8U);
    int leaving = 0;
    for (const Message& message : messages) {
      if (message.to % 64 / 8 == rank / 8) continue;
      ++leaving;
      EXPECT_EQ(message.to % 8, rank % 8);
    }
    EXPECT_EQ(leaving, 1) << rank;
  }
}

TEST(Schedules, AreNullWhereTheyDoNotApply) {
  EXPECT_EQ(make({Collective::kAllToAll, Algorithm::kRing, {}}, 8, kBytes), nullptr);
  EXPECT_EQ(make({Collective::kAllReduce, Algorithm::kBruck, {}}, 8, kBytes), nullptr);
  EXPECT_EQ(make({Collective::kAllReduce, Algorithm::kHierarchical, {3}}, 8, kBytes), nullptr);
  EXPECT_EQ(make({Collective::kAllReduce, Algorithm::kRing, {}}, 1, kBytes), nullptr);
  EXPECT_EQ(make({Collective::kPointToPoint, Algorithm::kPairwise, {}}, 3, kBytes), nullptr);
  EXPECT_NE(make({Collective::kPointToPoint, Algorithm::kPairwise, {}}, 2, kBytes), nullptr);
}

TEST(Schedules, UnevenAllToAllSendsWhatIsThere) {
  const std::vector<double> matrix = skewed(16, 1600, 1.2, 7);
  const auto schedule = all_to_all_v(16, matrix, false);
  const Outcome outcome = carry_out(*schedule, 16);
  double most = 0;
  for (std::int32_t rank = 0; rank < 16; ++rank) {
    EXPECT_NEAR(outcome.sent[rank] + matrix[rank * 16 + rank], 1600, 1e-9);
    most = std::max(most, outcome.received[rank]);
  }
  EXPECT_GT(most, 4 * 1600);
  EXPECT_EQ(skewed(16, 1600, 1.2, 7), matrix);
  EXPECT_NEAR(skewed(16, 1600, 0, 7)[3], 100, 1e-12);
  const Outcome at_once = carry_out(*all_to_all_v(16, matrix, true), 16);
  EXPECT_NEAR(total(at_once.sent), total(outcome.sent), 1e-6);
  EXPECT_THROW(all_to_all_v(3, {1, 2}, true), std::invalid_argument);
}

}  // namespace
}  // namespace weft::traffic
