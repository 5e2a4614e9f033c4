#include "weft/trace/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "graph.h"
#include "parts.h"
#include "weft/network/cluster_size.h"

namespace weft::trace {

namespace {

using chakra::Kind;
using chakra::Operation;

std::string cause_of(const Operation& operation) {
  switch (operation.kind) {
    case Kind::kCompute:
      return "compute";
    case Kind::kMemory:
      return "memory";
    case Kind::kHost:
      return "host";
    case Kind::kCollective:
      return name_of(operation.collective);
    case Kind::kSend:
    case Kind::kReceive:
      return "message";
    default:
      return "nothing";
  }
}

class Run {
 public:
  Run(const cluster::Cluster& cluster, const RankTraces& traces, const TraceQuestion& question)
      : cluster_(cluster),
        traces_(traces),
        question_(question),
        meetings_(match(traces)),
        prices_(cluster, question) {}

  TraceAnswer answer() {
    answer_.cluster = cluster_.label;
    answer_.devices = cluster_.devices();
    answer_.ranks = traces_.ranks();
    price_meetings();
    const auto classes = classes_of(traces_, meetings_, times_);
    graph_ = graph_of(traces_, meetings_, classes, times_, prices_, question_);
    replay_times_ = step::replay_graph(graph_.graph);
    if (replay_times_.started < graph_.graph.activities.size()) fail_circle();
    answer_.activities = graph_.graph.activities.size();
    answer_.finish = base::Time(replay_times_.finish);
    answer_.longest_chain = base::Time(step::longest_chain(graph_.graph));
    add_path();
    add_classes(classes);
    add_notes();
    return std::move(answer_);
  }

 private:
  [[nodiscard]] const Operation& operation_of(const Member& member) const {
    return traces_.of(member.rank).operations[member.position];
  }

  void price_meetings() {
    using Key = std::tuple<std::string, int, double, double>;  // what, ranks, bytes, time
    std::map<Key, ExchangeRow> rows;
    for (const auto& meeting : meetings_.all) {
      const auto price = prices_.exchange(meetings_, meeting);
      const auto time = price.cost.time.si();
      times_.push_back(time);
      const std::string what = meeting.is_message ? "message" : name_of(meeting.collective);
      const auto ranks = static_cast<int>(meeting.members);
      auto& row = rows[{what, ranks, price.bytes.si(), time}];
      row.what = what;
      row.algorithm = name_of(price.cost.algorithm);
      row.ranks = ranks;
      row.bytes = price.bytes;
      row.time = price.cost.time;
      ++row.count;
    }
    for (auto& [key, row] : rows) answer_.exchanges.push_back(std::move(row));
    const auto all_of = [](const ExchangeRow& row) {
      return static_cast<double>(row.count) * row.time.si();
    };
    std::stable_sort(answer_.exchanges.begin(), answer_.exchanges.end(),
                     [&](const auto& a, const auto& b) { return all_of(a) > all_of(b); });
  }

  // Traces that are in order by themselves may still wait for one another.
  [[noreturn]] void fail_circle() const {
    const auto circle = step::circle_of(graph_.graph);
    constexpr std::size_t kMostShown = 6;
    std::string text;
    for (std::size_t i = 0; i < std::min(circle.size(), kMostShown); ++i) {
      const auto& origin = graph_.origins[circle[i]];
      text += fmt::format("{}rank {} {}", i == 0 ? "" : " → ", origin.rank,
                          place_of(traces_, origin.rank, origin.position));
    }
    network::refuse("the traces wait for one another and never end: " + text +
                    (circle.size() > kMostShown ? " → …" : ""));
  }

  void add_path() {
    std::map<std::string, PathPart> causes, names;
    for (const auto activity : replay_times_.critical_path()) {
      const auto& operation = operation_of(graph_.origins[activity]);
      const double time = graph_.graph.activities[activity].duration;
      if (time <= 0) continue;
      const auto cause = cause_of(operation);
      for (auto* part : {&causes[cause], &names[operation.name.empty() ? cause : operation.name]}) {
        part->time += time;
        ++part->operations;
      }
    }
    answer_.path = sorted(std::move(causes));
    answer_.path_names = sorted(std::move(names));
  }

  static std::vector<PathPart> sorted(std::map<std::string, PathPart> parts) {
    std::vector<PathPart> all;
    for (auto& [what, part] : parts) {
      part.what = what;
      all.push_back(std::move(part));
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.time > b.time; });
    return all;
  }

  void add_classes(const Classes& classes) {
    std::vector<std::vector<std::int64_t>> ranks(classes.first.size());
    for (std::size_t rank = 0; rank < classes.of_rank.size(); ++rank) {
      ranks[classes.of_rank[rank]].push_back(static_cast<std::int64_t>(rank));
    }
    for (std::size_t unit = 0; unit < graph_.ranks.size(); ++unit) {
      const auto rank = graph_.ranks[unit];
      const auto number = classes.of_rank[rank];
      auto result = class_of(unit);
      result.ranks = question_.folded ? std::move(ranks[number])
                                      : std::vector<std::int64_t>{static_cast<std::int64_t>(rank)};
      result.operations = traces_.of(rank).operations.size();
      answer_.operations += static_cast<std::int64_t>(result.operations * result.ranks.size());
      answer_.classes.push_back(std::move(result));
    }
  }

  [[nodiscard]] RankClass class_of(std::size_t unit) const {
    const auto& operations = traces_.of(graph_.ranks[unit]).operations;
    std::vector<Interval> intervals;
    RankClass result;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const auto own = graph_.activity_of[unit][i];
      const auto message = graph_.message_of[unit][i];
      const auto activity = message == step::kNoActivity ? own : message;
      result.end = std::max(result.end, replay_times_.end[own]);
      intervals.push_back(
          {replay_times_.start[activity], replay_times_.end[activity], part_of(operations[i])});
    }
    result.parts = parts_of(intervals, replay_times_.finish);
    result.communicating = time_of(intervals, Part::kCommunication);
    return result;
  }

  static Part part_of(const Operation& operation) {
    if (is_exchange(operation)) return Part::kCommunication;
    if (operation.kind == Kind::kMemory) return Part::kMemory;
    return operation.kind == Kind::kHost ? Part::kHost : Part::kCompute;
  }

  void add_note(std::int64_t count, const char* text) {
    if (count > 0) answer_.notes.push_back(fmt::format("{} {}", count, text));
  }

  void add_notes() {
    const auto& gaps = prices_.gaps();
    add_note(gaps.only_recorded,
             "kernels have neither num_ops nor tensor_size: they take their recorded times");
    add_note(gaps.nothing_known,
             "kernels have neither num_ops, tensor_size nor a time: they take none");
    add_note(gaps.not_recorded, "kernels have no recorded time: they take none");
    add_note(meetings_.uneven_sizes,
             "collectives name another size than their group does: the largest counts");
    std::int64_t dangling = 0;
    for (const auto trace : traces_.trace_of_rank) dangling += traces_.traces[trace].dangling;
    add_note(dangling, "control dependencies are on nodes that the traces do not have: left out");
    add_like("reduce", "as long as a broadcast");
    add_like("gather", "as long as an all-gather");
    add_like("scatter", "as long as a reduce-scatter");
  }

  void add_like(const char* what, const char* like) {
    const auto& rows = answer_.exchanges;
    if (std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.what == what; })) {
      answer_.notes.push_back(fmt::format("a {} is taken to be {}", what, like));
    }
  }

  const cluster::Cluster& cluster_;
  const RankTraces& traces_;
  const TraceQuestion& question_;
  Meetings meetings_;
  Prices prices_;
  std::vector<double> times_;  // s, of meetings
  TraceGraph graph_;
  step::ActivityTimes replay_times_;
  TraceAnswer answer_;
};

}  // namespace

TraceAnswer replay(const cluster::Cluster& cluster, const RankTraces& traces,
                   const TraceQuestion& question) {
  if (traces.ranks() > cluster.devices()) {
    network::refuse(fmt::format("{} ranks, and {} has {} devices", traces.ranks(), cluster.label,
                                cluster.devices()));
  }
  return Run(cluster, traces, question).answer();
}

}  // namespace weft::trace
