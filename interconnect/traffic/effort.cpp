// How much work a run is, before it begins.

#include <algorithm>
#include <map>
#include <utility>

#include "ways.h"
#include "weft/traffic/run.h"

namespace weft::traffic {

namespace {

constexpr std::int64_t kSteps = 4096;       // of a rank each that are looked at
constexpr std::size_t kWays = 64;           // that are looked for
constexpr std::int64_t kThroughSwitch = 2;  // links of a message of a rank to itself

// Weyl's sequence: even over [0, count) and without a period that schedules might share.
std::int64_t drawn(std::int64_t i, std::int64_t count) {
  constexpr double kGolden = 0.6180339887498949;
  const double turns = static_cast<double>(i) * kGolden;
  const double part = turns - static_cast<double>(static_cast<std::int64_t>(turns));
  return std::min(static_cast<std::int64_t>(part * static_cast<double>(count)), count - 1);
}

// What a schedule was seen to send.
struct Seen {
  double messages = 0;                                       // of all its ranks and steps
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs;  // ranks, of some of them
};

Seen look_at(const Schedule& schedule, std::int64_t ranks) {
  Seen seen;
  const std::int64_t all = schedule.steps() * ranks;
  const std::int64_t looked_at = std::min(all, kSteps);
  std::vector<Message> messages;
  std::int64_t found = 0;
  for (std::int64_t i = 0; i < looked_at; ++i) {
    const std::int64_t at = looked_at == all ? i : drawn(i, all);
    const auto rank = static_cast<std::int32_t>(at % ranks);
    messages.clear();
    schedule.sends(at / ranks, rank, messages);
    found += static_cast<std::int64_t>(messages.size());
    if (messages.empty()) continue;
    const auto one = static_cast<std::size_t>(i) % messages.size();
    seen.pairs.emplace_back(rank, messages[one].to);
  }
  if (looked_at == 0) return seen;
  seen.messages =
      static_cast<double>(found) * static_cast<double>(all) / static_cast<double>(looked_at);
  return seen;
}

// Links on the way of a message between two ranks of a job, mean.
double links_on_ways(const Network& network, const Job& job, const Seen& seen,
                     const RunOptions& options) {
  Ways ways(network, options);
  ways.detour_for({&job, 1});
  std::int64_t in_switch = 0;
  std::vector<std::int32_t> between;
  const std::size_t count = std::min(kWays, seen.pairs.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto [from, to] = seen.pairs[i * seen.pairs.size() / count];
    if (from == to) {
      ++in_switch;
    } else {
      between.push_back(ways.between(job.devices[from], job.devices[to], 0));
    }
  }
  ways.settle();
  std::int64_t links = in_switch * kThroughSwitch;
  for (const std::int32_t way : between) {
    if (ways[way].route < 0) continue;
    links += static_cast<std::int64_t>(ways.routes().links(ways[way].route).size());
  }
  return count == 0 ? 0 : static_cast<double>(links) / static_cast<double>(count);
}

}  // namespace

Effort effort_of(const Network& network, std::span<const Job> jobs, const RunOptions& options) {
  // Groups that run one schedule take as much.
  std::map<const Schedule*, Effort> known;
  Effort sum;
  double links = 0;
  for (const Job& job : jobs) {
    const auto [at, fresh] = known.try_emplace(job.schedule);
    if (fresh) {
      const Seen seen = look_at(*job.schedule, static_cast<std::int64_t>(job.devices.size()));
      at->second = {seen.messages, links_on_ways(network, job, seen, options)};
    }
    sum.messages += at->second.messages;
    links += at->second.product();
  }
  if (sum.messages > 0) sum.links = links / sum.messages;
  return sum;
}

}  // namespace weft::traffic
