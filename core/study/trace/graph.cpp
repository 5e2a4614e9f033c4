#include "graph.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace weft::trace {

namespace {

using chakra::Kind;
using step::kNoActivity;

// Streams of one rank; those for collectives follow.
enum : std::uint32_t { kCompute, kMemory, kHost, kOut, kIn, kCollectives };

struct Draft {
  double duration = 0;
  std::uint32_t first_position = 0;  // the smallest of its members
  std::uint64_t place = 0;           // class and position, of an activity of one member
  std::uint32_t alike = kNoMeeting;  // of a meeting
  Member origin;
};

class Builder {
 public:
  Builder(const RankTraces& traces, const Meetings& meetings, const Classes& classes,
          std::span<const double> times, Prices& prices, const TraceQuestion& question)
      : traces_(traces),
        meetings_(meetings),
        classes_(classes),
        times_(times),
        prices_(prices),
        question_(question),
        streams_(kCollectives + static_cast<std::uint32_t>(question.streams)) {
    auto& ranks = result_.ranks;
    ranks = classes.first;
    if (!question.folded) {
      ranks.resize(traces.trace_of_rank.size());
      std::iota(ranks.begin(), ranks.end(), 0U);
    }
    ranks_in_class_.resize(classes.first.size());
    for (const auto number : classes.of_rank) ++ranks_in_class_[number];
  }

  TraceGraph build() {
    for (std::uint32_t unit = 0; unit < result_.ranks.size(); ++unit) add_unit(unit);
    for (std::uint32_t unit = 0; unit < result_.ranks.size(); ++unit) add_inputs(unit);
    put_in_order();
    return std::move(result_);
  }

 private:
  [[nodiscard]] const chakra::Trace& trace_of(std::uint32_t unit) const {
    return traces_.of(result_.ranks[unit]);
  }

  // --- activities and streams ---

  void add_unit(std::uint32_t unit) {
    const auto rank = result_.ranks[unit];
    const auto& operations = trace_of(unit).operations;
    std::unordered_map<std::string, std::uint32_t> groups;
    result_.activity_of.emplace_back();
    result_.message_of.emplace_back();
    Member member{rank, 0, 0};
    for (; member.position < operations.size(); ++member.position) {
      const auto& operation = operations[member.position];
      auto stream = stream_of(operation);
      if (operation.kind == Kind::kCollective) {
        const auto next = static_cast<std::uint32_t>(groups.size());
        const auto number = groups.emplace(operation.group, next).first->second;
        stream = kCollectives + number % static_cast<std::uint32_t>(question_.streams);
      }
      const auto meeting =
          is_exchange(operation) ? meetings_.of_rank[rank][member.ordinal] : kNoMeeting;
      add_operation(unit, member, operation, meeting, stream);
      if (is_exchange(operation)) ++member.ordinal;
    }
  }

  static std::uint32_t stream_of(const chakra::Operation& operation) {
    switch (operation.kind) {
      case Kind::kCompute:
        return kCompute;
      case Kind::kMemory:
        return kMemory;
      case Kind::kHost:
        return kHost;
      case Kind::kSend:
        return kOut;
      case Kind::kReceive:
        return kIn;
      default:
        return kNoActivity;
    }
  }

  void add_operation(std::uint32_t unit, const Member& member, const chakra::Operation& operation,
                     std::uint32_t meeting, std::uint32_t stream) {
    const auto exchange = meeting == kNoMeeting ? kNoActivity : draft_of(meeting);
    // What is received ends with the message, when the receiver has come to it.
    const bool is_own = exchange == kNoActivity || operation.kind == Kind::kReceive;
    const auto draft = is_own ? own_draft(member, operation) : exchange;
    result_.activity_of[unit].push_back(draft);
    result_.message_of[unit].push_back(exchange);
    const bool takes_time = exchange != kNoActivity || drafts_[draft].duration > 0;
    if (stream != kNoActivity && takes_time) {
      held_.emplace_back(exchange == kNoActivity ? draft : exchange, unit * streams_ + stream);
    }
  }

  std::uint32_t own_draft(const Member& member, const chakra::Operation& operation) {
    const auto number = classes_.of_rank[member.rank];
    const auto times = question_.folded ? ranks_in_class_[number] : 1;
    const double duration = is_exchange(operation) ? 0 : prices_.alone(operation, times);
    drafts_.push_back(
        {duration, member.position, place_key(number, member.position), kNoMeeting, member});
    return static_cast<std::uint32_t>(drafts_.size() - 1);
  }

  // Meetings that are alike are one when ranks are folded.
  std::uint32_t draft_of(std::uint32_t meeting) {
    const auto alike = classes_.alike_of[meeting];
    const auto key = question_.folded ? alike : meeting;
    const auto next = static_cast<std::uint32_t>(drafts_.size());
    const auto [entry, is_new] = meeting_drafts_.emplace(key, next);
    if (!is_new) return entry->second;
    const auto members = meetings_.members_of(meetings_.all[meeting]);
    auto first = members.front().position;
    for (const auto& member : members) first = std::min(first, member.position);
    drafts_.push_back({times_[meeting], first, 0, alike, members.front()});
    return next;
  }

  // --- inputs ---

  void add_inputs(std::uint32_t unit) {
    const auto& trace = trace_of(unit);
    const auto& activities = result_.activity_of[unit];
    for (std::size_t i = 0; i < trace.operations.size(); ++i) {
      for (const auto input : trace.dependencies_of(trace.operations[i])) {
        inputs_.emplace_back(activities[i], activities[input]);
      }
      const auto message = result_.message_of[unit][i];
      if (message != kNoActivity && message != activities[i]) {
        inputs_.emplace_back(activities[i], message);
      }
    }
  }

  // --- order ---

  [[nodiscard]] std::span<const std::uint64_t> places_of(const Draft& draft) const {
    if (draft.alike == kNoMeeting) return {&draft.place, 1};
    return classes_.members[draft.alike];
  }

  void put_in_order() {
    std::vector<std::uint32_t> order(drafts_.size()), number(drafts_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      const auto& one = drafts_[a];
      const auto& other = drafts_[b];
      if (one.first_position != other.first_position) {
        return one.first_position < other.first_position;
      }
      const auto left = places_of(one), right = places_of(other);
      if (std::equal(left.begin(), left.end(), right.begin(), right.end())) return a < b;
      return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
    });
    for (std::uint32_t i = 0; i < order.size(); ++i) number[order[i]] = i;
    for (auto* pairs : {&inputs_, &held_}) {
      for (auto& pair : *pairs) pair.first = number[pair.first];
    }
    for (auto& input : inputs_) input.second = number[input.second];
    for (auto* lists : {&result_.activity_of, &result_.message_of}) {
      for (auto& list : *lists) {
        for (auto& one : list) one = one == kNoActivity ? kNoActivity : number[one];
      }
    }
    fill_graph(order);
  }

  using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  // What the pairs that begin with `activity`, from `at` on, end with.
  static std::vector<std::uint32_t> seconds_of(const Pairs& pairs, std::size_t& at,
                                               std::uint32_t activity) {
    std::vector<std::uint32_t> seconds;
    for (; at < pairs.size() && pairs[at].first == activity; ++at) {
      seconds.push_back(pairs[at].second);
    }
    return seconds;
  }

  void fill_graph(const std::vector<std::uint32_t>& order) {
    for (auto* pairs : {&inputs_, &held_}) {
      std::sort(pairs->begin(), pairs->end());
      pairs->erase(std::unique(pairs->begin(), pairs->end()), pairs->end());
    }
    auto& graph = result_.graph;
    graph.stream_count = static_cast<std::uint32_t>(result_.ranks.size()) * streams_;
    std::size_t input = 0, stream = 0;
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      const auto& draft = drafts_[order[i]];
      graph.add(draft.duration, seconds_of(inputs_, input, i), seconds_of(held_, stream, i));
      result_.origins.push_back(draft.origin);
    }
  }

  const RankTraces& traces_;
  const Meetings& meetings_;
  const Classes& classes_;
  std::span<const double> times_;
  Prices& prices_;
  const TraceQuestion& question_;
  std::uint32_t streams_;  // of a rank
  std::vector<std::int64_t> ranks_in_class_;
  std::vector<Draft> drafts_;
  std::unordered_map<std::uint32_t, std::uint32_t> meeting_drafts_;
  Pairs inputs_, held_;  // of activities
  TraceGraph result_;
};

}  // namespace

TraceGraph graph_of(const RankTraces& traces, const Meetings& meetings, const Classes& classes,
                    std::span<const double> times, Prices& prices, const TraceQuestion& question) {
  return Builder(traces, meetings, classes, times, prices, question).build();
}

}  // namespace weft::trace
