#include "weft/step/graph_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <set>
#include <stdexcept>
#include <utility>

namespace weft::step {

namespace {

// Who waits for the end of each activity.
struct Followers {
  std::vector<std::uint32_t> first, all;  // first: one more than there are activities
  std::vector<std::uint32_t> waits;       // inputs of each

  explicit Followers(const ActivityGraph& graph) {
    const auto count = graph.activities.size();
    first.assign(count + 1, 0);
    waits.resize(count);
    for (std::size_t i = 0; i < count; ++i) waits[i] = graph.activities[i].inputs;
    for (const auto input : graph.inputs) ++first[input + 1];
    for (std::size_t i = 0; i < count; ++i) first[i + 1] += first[i];
    all.resize(graph.inputs.size());
    auto next = first;
    for (std::uint32_t i = 0; i < count; ++i) {
      for (const auto input : graph.inputs_of(i)) all[next[input]++] = i;
    }
  }
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t activity) const {
    return {all.data() + first[activity], first[activity + 1] - first[activity]};
  }
};

void require_valid(const ActivityGraph& graph) {
  const auto count = graph.activities.size();
  const auto is_beyond = [](const auto& all, std::size_t most) {
    return std::any_of(all.begin(), all.end(), [&](auto one) { return one >= most; });
  };
  if (is_beyond(graph.inputs, count)) throw std::invalid_argument("an input is not in the graph");
  if (is_beyond(graph.streams, graph.stream_count)) {
    throw std::invalid_argument("a stream is not in the graph");
  }
}

class GraphReplay {
 public:
  explicit GraphReplay(const ActivityGraph& graph)
      : graph_(graph),
        followers_(graph),
        is_free_(graph.stream_count, true),
        holder_(graph.stream_count, kNoActivity),
        waiting_(graph.stream_count) {
    const auto count = graph.activities.size();
    times_.start.assign(count, std::numeric_limits<double>::infinity());
    times_.end = times_.start;
    times_.after.assign(count, kNoActivity);
  }

  ActivityTimes run() {
    for (std::uint32_t i = 0; i < graph_.activities.size(); ++i) {
      if (followers_.waits[i] == 0) ready(i);
    }
    settle();
    while (!ends_.empty()) {
      now_ = ends_.top().first;
      settle();
    }
    return std::move(times_);
  }

 private:
  using End = std::pair<double, std::uint32_t>;

  // All that ends now, then all that can start now.
  void settle() {
    while (!ends_.empty() && ends_.top().first == now_) {
      const auto activity = ends_.top().second;
      ends_.pop();
      finish(activity);
    }
    start_candidates();
  }

  void ready(std::uint32_t activity) {
    if (graph_.activities[activity].streams == 0) {
      start(activity);
      return;
    }
    for (const auto stream : graph_.streams_of(activity)) waiting_[stream].insert(activity);
    candidates_.push_back(activity);
  }

  void finish(std::uint32_t activity) {
    if (times_.last == kNoActivity || now_ > times_.finish) times_.last = activity;
    times_.finish = now_;
    for (const auto stream : graph_.streams_of(activity)) {
      is_free_[stream] = true;
      freed_.push_back(stream);
    }
    for (const auto follower : followers_.of(activity)) {
      if (--followers_.waits[follower] == 0) {
        times_.after[follower] = activity;
        ready(follower);
      }
    }
  }

  // Those that wait for a stream, up to the first that needs no other: nothing behind it can start.
  void look_at(std::uint32_t stream) {
    for (const auto activity : waiting_[stream]) {
      candidates_.push_back(activity);
      if (graph_.activities[activity].streams == 1) return;
    }
  }

  void start_candidates() {
    for (const auto stream : freed_) look_at(stream);
    freed_.clear();
    std::sort(candidates_.begin(), candidates_.end());
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
    for (const auto activity : candidates_) {
      const auto streams = graph_.streams_of(activity);
      const auto is_free = [&](auto stream) { return is_free_[stream]; };
      if (std::all_of(streams.begin(), streams.end(), is_free)) start(activity);
    }
    candidates_.clear();
  }

  void start(std::uint32_t activity) {
    times_.start[activity] = now_;
    times_.end[activity] = now_ + graph_.activities[activity].duration;
    ++times_.started;
    for (const auto stream : graph_.streams_of(activity)) {
      waiting_[stream].erase(activity);
      is_free_[stream] = false;
      remember(activity, stream);
    }
    ends_.emplace(times_.end[activity], activity);
  }

  // An activity that was ready before now waited for a stream.
  void remember(std::uint32_t activity, std::uint32_t stream) {
    const auto before = std::exchange(holder_[stream], activity);
    auto& after = times_.after[activity];
    if (before == kNoActivity || times_.end[before] != now_) return;
    if (after == kNoActivity || times_.end[after] < now_) after = before;
  }

  const ActivityGraph& graph_;
  Followers followers_;
  std::vector<bool> is_free_;
  std::vector<std::uint32_t> holder_;             // the last one that had the stream
  std::vector<std::set<std::uint32_t>> waiting_;  // ready, by stream
  std::vector<std::uint32_t> freed_, candidates_;
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  double now_ = 0;
  ActivityTimes times_;
};

}  // namespace

void ActivityGraph::add(double duration, std::span<const std::uint32_t> its_inputs,
                        std::span<const std::uint32_t> its_streams) {
  if (!(duration >= 0 && std::isfinite(duration))) {
    throw std::invalid_argument(fmt::format("an activity cannot take {} s", duration));
  }
  activities.push_back({duration, static_cast<std::uint32_t>(inputs.size()),
                        static_cast<std::uint32_t>(its_inputs.size()),
                        static_cast<std::uint32_t>(streams.size()),
                        static_cast<std::uint32_t>(its_streams.size())});
  inputs.insert(inputs.end(), its_inputs.begin(), its_inputs.end());
  streams.insert(streams.end(), its_streams.begin(), its_streams.end());
}

std::vector<std::uint32_t> ActivityTimes::critical_path() const {
  std::vector<std::uint32_t> path;
  for (auto at = last; at != kNoActivity; at = after[at]) path.push_back(at);
  std::reverse(path.begin(), path.end());
  return path;
}

ActivityTimes replay_graph(const ActivityGraph& graph) {
  require_valid(graph);
  return GraphReplay(graph).run();
}

double longest_chain(const ActivityGraph& graph) {
  require_valid(graph);
  Followers followers(graph);
  std::vector<double> start(graph.activities.size(), 0.0);
  std::vector<std::uint32_t> ready;
  for (std::uint32_t i = 0; i < start.size(); ++i) {
    if (followers.waits[i] == 0) ready.push_back(i);
  }
  double longest = 0;
  std::size_t done = 0;
  for (; !ready.empty(); ++done) {
    const auto next = ready.back();
    ready.pop_back();
    const double end = start[next] + graph.activities[next].duration;
    longest = std::max(longest, end);
    for (const auto follower : followers.of(next)) {
      start[follower] = std::max(start[follower], end);
      if (--followers.waits[follower] == 0) ready.push_back(follower);
    }
  }
  return done == start.size() ? longest : std::numeric_limits<double>::infinity();
}

std::vector<std::uint32_t> circle_of(const ActivityGraph& graph) {
  const auto times = replay_graph(graph);
  const auto never = [&](std::uint32_t i) { return std::isinf(times.start[i]); };
  std::uint32_t at = 0;
  while (at < graph.activities.size() && !never(at)) ++at;
  if (at == graph.activities.size()) return {};
  // Each of them waits for another one.
  const auto next = [&](std::uint32_t from) {
    const auto inputs = graph.inputs_of(from);
    return *std::find_if(inputs.begin(), inputs.end(), never);
  };
  std::vector<bool> seen(graph.activities.size());
  for (; !seen[at]; at = next(at)) seen[at] = true;
  std::vector<std::uint32_t> circle;
  const auto first = at;
  do {
    circle.push_back(at);
    at = next(at);
  } while (at != first);
  return circle;
}

}  // namespace weft::step
