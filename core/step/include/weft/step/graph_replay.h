// Replay of any graph of activities that take streams of devices.
//
// An activity starts when all its inputs have ended and all its streams are free, and holds them to
// its end; of those that could start at the same moment the one that stands first in the graph
// does. So nothing waits that could run, and no activity holds a stream while it waits for another:
// a graph without circles always ends. Each activity but the first ones starts at the very moment
// at which another ends, so that the chain of these is as long as the whole.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace weft::step {

struct Activity {
  double duration = 0;                          // s, 0 or more
  std::uint32_t first_input = 0, inputs = 0;    // in ActivityGraph::inputs
  std::uint32_t first_stream = 0, streams = 0;  // in ActivityGraph::streams
};

struct ActivityGraph {
  std::vector<Activity> activities;    // those that go first are first
  std::vector<std::uint32_t> inputs;   // activities; no activity twice for one
  std::vector<std::uint32_t> streams;  // each below stream_count; none twice for one activity
  std::uint32_t stream_count = 0;

  [[nodiscard]] std::span<const std::uint32_t> inputs_of(std::uint32_t activity) const {
    const auto& a = activities[activity];
    return {inputs.data() + a.first_input, a.inputs};
  }
  [[nodiscard]] std::span<const std::uint32_t> streams_of(std::uint32_t activity) const {
    const auto& a = activities[activity];
    return {streams.data() + a.first_stream, a.streams};
  }
  // Adds one that goes after all that are there. Throws std::invalid_argument for a duration that
  // is negative or not finite.
  void add(double duration, std::span<const std::uint32_t> its_inputs,
           std::span<const std::uint32_t> its_streams);
};

inline constexpr std::uint32_t kNoActivity = UINT32_MAX;

struct ActivityTimes {
  double finish = 0;                 // s, the last end
  std::vector<double> start, end;    // s; of activities that never start the end is infinite
  std::vector<std::uint32_t> after;  // whose end let it start, or kNoActivity
  std::uint32_t last = kNoActivity;  // that ends at `finish`; the first of them
  std::size_t started = 0;           // fewer than there are: the others wait in circles

  // From the first activity to `last`, each starting when the one before it ends.
  [[nodiscard]] std::vector<std::uint32_t> critical_path() const;
};

// Time grows with activities × log, and with how many wait for one stream at once.
// Throws std::invalid_argument for an input or a stream that is not there.
ActivityTimes replay_graph(const ActivityGraph& graph);

// s, the longest chain of inputs, streams not looked at; a lower bound of `finish`.
// Infinite for a graph with a circle.
double longest_chain(const ActivityGraph& graph);

// Activities that wait for one another in a circle of inputs, each for the next one and the last
// one for the first; empty where there is none.
std::vector<std::uint32_t> circle_of(const ActivityGraph& graph);

}  // namespace weft::step
