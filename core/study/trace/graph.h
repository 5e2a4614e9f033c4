// Traces as a graph of activities.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "classes.h"
#include "meetings.h"
#include "prices.h"
#include "weft/step/graph_replay.h"

namespace weft::trace {

struct TraceGraph {
  step::ActivityGraph graph;
  // By activity: an operation that it is (of a message, the sender's).
  std::vector<Member> origins;
  std::vector<std::uint32_t> ranks;  // that are replayed: all, or the first of each class
  // By replayed rank, by position: its activity, and where the time of a receive goes: the message.
  std::vector<std::vector<std::uint32_t>> activity_of, message_of;
};

// `times` are those of the meetings, s. Of operations that could begin at the same moment the one
// that stands first in its file does, then as `classes` are numbered: the same order whether ranks
// are folded or not.
TraceGraph graph_of(const RankTraces& traces, const Meetings& meetings, const Classes& classes,
                    std::span<const double> times, Prices& prices, const TraceQuestion& question);

}  // namespace weft::trace
