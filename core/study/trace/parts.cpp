#include "parts.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace weft::trace {

namespace {

struct Edge {
  double time = 0;
  std::size_t part = 0;
  int change = 0;  // of intervals that are open
};

}  // namespace

RankParts parts_of(const std::vector<Interval>& intervals, double finish) {
  std::vector<Edge> edges;
  for (const auto& interval : intervals) {
    if (!(interval.end > interval.start)) continue;
    edges.push_back({interval.start, static_cast<std::size_t>(interval.part), 1});
    edges.push_back({interval.end, static_cast<std::size_t>(interval.part), -1});
  }
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.time < b.time; });
  std::array<int, kPartCount> open{};
  std::array<double, kPartCount + 1> time{};  // the last: nothing is open
  double now = 0;
  const auto account = [&](double until) {
    const auto first = std::find_if(open.begin(), open.end(), [](int count) { return count > 0; });
    time[static_cast<std::size_t>(first - open.begin())] += until - now;
    now = until;
  };
  for (const auto& edge : edges) {
    account(edge.time);
    open[edge.part] += edge.change;
  }
  account(finish);
  return {time[0], time[1], time[2], time[3], time[4]};
}

double time_of(const std::vector<Interval>& intervals, Part part) {
  std::vector<Interval> some;
  std::copy_if(intervals.begin(), intervals.end(), std::back_inserter(some),
               [&](const Interval& interval) { return interval.part == part; });
  std::sort(some.begin(), some.end(),
            [](const Interval& a, const Interval& b) { return a.start < b.start; });
  double time = 0, end = 0;
  for (const auto& interval : some) {
    time += std::max(0.0, interval.end - std::max(end, interval.start));
    end = std::max(end, interval.end);
  }
  return time;
}

}  // namespace weft::trace
