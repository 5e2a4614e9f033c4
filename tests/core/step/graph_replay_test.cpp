// A graph of activities on streams: chains add up, what is independent overlaps, and random graphs
// keep to the bounds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "weft/base/random.h"
#include "weft/step/graph_replay.h"

namespace weft::step {
namespace {

using Numbers = std::vector<std::uint32_t>;

ActivityGraph graph_on(std::uint32_t streams) {
  ActivityGraph graph;
  graph.stream_count = streams;
  return graph;
}

TEST(GraphReplay, ChainsAddUp) {
  auto graph = graph_on(2);
  graph.add(1, Numbers{}, Numbers{0});
  graph.add(2, Numbers{0}, Numbers{1});
  graph.add(3, Numbers{1}, Numbers{0});
  const auto times = replay_graph(graph);
  EXPECT_EQ(times.finish, 6);
  EXPECT_EQ(times.critical_path(), (Numbers{0, 1, 2}));
  EXPECT_EQ(longest_chain(graph), 6);
}

TEST(GraphReplay, StreamsOverlap) {
  auto graph = graph_on(2);
  graph.add(5, Numbers{}, Numbers{0});
  graph.add(3, Numbers{}, Numbers{1});
  EXPECT_EQ(replay_graph(graph).finish, 5);
  graph.add(3, Numbers{}, Numbers{1});
  const auto times = replay_graph(graph);
  EXPECT_EQ(times.finish, 6);
  EXPECT_EQ(times.critical_path(), (Numbers{1, 2}));
  EXPECT_EQ(longest_chain(graph), 5);
}

// One that needs two streams waits for both, and nothing waits behind it that could run.
TEST(GraphReplay, TwoStreamsAtOnce) {
  auto graph = graph_on(2);
  graph.add(4, Numbers{}, Numbers{0});
  graph.add(2, Numbers{}, Numbers{0, 1});
  graph.add(1, Numbers{}, Numbers{1});
  const auto times = replay_graph(graph);
  EXPECT_EQ(times.start[2], 0);
  EXPECT_EQ(times.start[1], 4);
  EXPECT_EQ(times.finish, 6);
}

TEST(GraphReplay, FirstOfTheGraphGoesFirst) {
  auto graph = graph_on(1);
  graph.add(0, Numbers{}, Numbers{});
  graph.add(2, Numbers{0}, Numbers{0});  // ready as soon as the third, and before it
  graph.add(3, Numbers{}, Numbers{0});
  const auto times = replay_graph(graph);
  EXPECT_EQ(times.start[1], 0);
  EXPECT_EQ(times.start[2], 2);
}

TEST(GraphReplay, Circles) {
  auto graph = graph_on(1);
  graph.add(1, Numbers{2}, Numbers{0});
  graph.add(1, Numbers{}, Numbers{0});
  graph.add(1, Numbers{0, 1}, Numbers{0});
  graph.add(1, Numbers{2}, Numbers{0});
  const auto times = replay_graph(graph);
  EXPECT_EQ(times.started, 1U);
  auto circle = circle_of(graph);
  std::sort(circle.begin(), circle.end());
  EXPECT_EQ(circle, (Numbers{0, 2}));
  EXPECT_TRUE(std::isinf(longest_chain(graph)));
}

TEST(GraphReplay, RefusesWhatIsNotThere) {
  auto graph = graph_on(1);
  EXPECT_THROW(graph.add(-1, Numbers{}, Numbers{}), std::invalid_argument);
  EXPECT_THROW(graph.add(std::nan(""), Numbers{}, Numbers{}), std::invalid_argument);
  graph.add(1, Numbers{5}, Numbers{});
  EXPECT_THROW((void)replay_graph(graph), std::invalid_argument);
  auto other = graph_on(1);
  other.add(1, Numbers{}, Numbers{1});
  EXPECT_THROW((void)replay_graph(other), std::invalid_argument);
}

ActivityGraph random_graph(std::uint64_t seed) {
  base::RandomStream random(seed, base::stream_of("graph"));
  auto graph = graph_on(1 + static_cast<std::uint32_t>(random.below(6)));
  const auto count = 1 + random.below(60);
  for (std::uint64_t i = 0; i < count; ++i) {
    Numbers inputs, streams;
    for (std::uint32_t j = 0; j < i; ++j) {
      if (random.below(8) == 0) inputs.push_back(j);
    }
    for (std::uint32_t s = 0; s < graph.stream_count; ++s) {
      if (random.below(3) == 0) streams.push_back(s);
    }
    graph.add(static_cast<double>(random.below(5)), inputs, streams);
  }
  return graph;
}

void expect_in_order(const ActivityGraph& graph, const ActivityTimes& times) {
  std::vector<std::vector<std::uint32_t>> held(graph.stream_count);
  for (std::uint32_t i = 0; i < graph.activities.size(); ++i) {
    for (const auto input : graph.inputs_of(i)) EXPECT_GE(times.start[i], times.end[input]);
    for (const auto stream : graph.streams_of(i)) held[stream].push_back(i);
  }
  for (auto& stream : held) {
    std::sort(stream.begin(), stream.end(), [&](auto a, auto b) {
      return std::pair(times.start[a], times.end[a]) < std::pair(times.start[b], times.end[b]);
    });
    for (std::size_t i = 1; i < stream.size(); ++i) {
      EXPECT_GE(times.start[stream[i]], times.end[stream[i - 1]]);
    }
  }
}

TEST(GraphReplay, RandomGraphsKeepTheBounds) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(seed);
    const auto times = replay_graph(graph);
    ASSERT_EQ(times.started, graph.activities.size());
    expect_in_order(graph, times);
    EXPECT_GE(times.finish, longest_chain(graph));
    std::vector<double> busy(graph.stream_count, 0.0);
    double all = 0;
    for (std::uint32_t i = 0; i < graph.activities.size(); ++i) {
      all += graph.activities[i].duration;
      for (const auto stream : graph.streams_of(i)) busy[stream] += graph.activities[i].duration;
    }
    for (const auto one : busy) EXPECT_GE(times.finish, one);
    EXPECT_LE(times.finish, all);
    double path = 0;
    for (const auto i : times.critical_path()) {
      EXPECT_EQ(times.start[i], path);
      path += graph.activities[i].duration;
    }
    EXPECT_EQ(path, times.finish);
    // Nothing waits without a cause.
    for (std::uint32_t i = 0; i < graph.activities.size(); ++i) {
      const auto before = times.after[i];
      EXPECT_EQ(times.start[i], before == kNoActivity ? 0 : times.end[before]);
    }
  }
}

}  // namespace
}  // namespace weft::step
