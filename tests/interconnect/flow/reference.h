// What the room is held against: the plainest solver and the plainest simulation, and random cases.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <vector>

#include "weft/base/random.h"
#include "weft/flow/engine.h"
#include "weft/flow/max_min.h"

namespace weft::flow::testing {

// A problem that owns its arrays.
struct Case {
  std::vector<double> capacity;
  std::vector<std::int64_t> first{0};
  std::vector<LinkId> links;
  std::vector<double> share;
  std::vector<double> weight;
  std::vector<double> cap;
  std::vector<double> multiplicity;

  [[nodiscard]] Problem problem() const {
    return {capacity, first, links, share, weight, cap, multiplicity};
  }
  [[nodiscard]] std::size_t flows() const { return first.size() - 1; }
  [[nodiscard]] double share_at(std::int64_t at) const { return share.empty() ? 1 : share[at]; }
  [[nodiscard]] double weight_of(std::size_t f) const { return weight.empty() ? 1 : weight[f]; }
  [[nodiscard]] double cap_of(std::size_t f) const { return cap.empty() ? kUncapped : cap[f]; }
  [[nodiscard]] double multiplicity_of(std::size_t f) const {
    return multiplicity.empty() ? 1 : multiplicity[f];
  }
};

// Rounds: the lowest of all levels at which a link fills or a cap is reached stops the flows there.
inline std::vector<double> reference_rates(const Case& c) {
  std::vector<double> rate(c.flows(), -1);
  for (;;) {
    std::vector<double> left = c.capacity;
    std::vector<double> load(c.capacity.size(), 0);
    double lowest = kUncapped;
    for (std::size_t f = 0; f < c.flows(); ++f) {
      for (auto at = c.first[f]; at < c.first[f + 1]; ++at) {
        const double part = c.share_at(at) * c.multiplicity_of(f);
        if (rate[f] >= 0) left[c.links[at]] -= part * rate[f];
        if (rate[f] < 0) load[c.links[at]] += part * c.weight_of(f);
      }
      if (rate[f] < 0) lowest = std::min(lowest, c.cap_of(f) / c.weight_of(f));
    }
    std::vector<double> level(left.size(), kUncapped);
    for (std::size_t l = 0; l < left.size(); ++l) {
      if (load[l] > 0) level[l] = std::max(0.0, left[l]) / load[l];
      lowest = std::min(lowest, level[l]);
    }
    bool done = true;
    for (std::size_t f = 0; f < c.flows(); ++f) {
      if (rate[f] >= 0) continue;
      bool stops = c.cap_of(f) / c.weight_of(f) <= lowest;
      for (auto at = c.first[f]; at < c.first[f + 1]; ++at) {
        stops = stops || level[c.links[at]] <= lowest;
      }
      if (stops) rate[f] = lowest < kUncapped ? lowest * c.weight_of(f) : kUncapped;
      done = false;
    }
    if (done) return rate;
  }
}

inline bool is_near(double a, double b, double tolerance = 1e-9) {
  return a == b || std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

// A source whose answers depend on tags alone: each transfer may be followed by others.
struct Story {
  std::vector<double> capacity;
  std::vector<LinkChange> changes;
  Routes routes;
  std::uint64_t seed = 0;
  bool coarse = false;  // few distinct numbers, so that much happens at the same time
  bool odd = false;     // weights, caps, multiplicities
  int starters = 6;
  std::uint64_t generations = 3;
};

struct Outcome {
  double time = 0;
  bool failed = false;
};

class StorySource final : public Source {
 public:
  explicit StorySource(const Story& story) : story_(story) {}

  void advance(double now, std::span<const Completion> finished,
               std::vector<Transfer>& starts) override {
    if (finished.empty()) {
      for (int i = 0; i < story_.starters; ++i) start(now, static_cast<std::uint64_t>(i), starts);
    }
    for (const Completion& each : finished) {
      outcomes[each.tag] = {now, each.failed};
      if (each.tag / kGeneration + 1 >= story_.generations) continue;
      base::RandomStream draw(story_.seed, 2, each.tag);
      const auto followers = draw.below(3);
      for (std::uint64_t i = 0; i < followers; ++i) {
        const auto generation = (each.tag / kGeneration + 1) * kGeneration;
        start(now, generation + each.tag % kGeneration * 2 + i, starts);
      }
    }
  }
  std::optional<RouteId> reroute(double, const Transfer& transfer) override {
    base::RandomStream draw(story_.seed, 3, transfer.tag);
    if (draw.uniform() < 0.3) return std::nullopt;
    return static_cast<RouteId>(draw.below(static_cast<std::uint64_t>(story_.routes.size())));
  }

  std::map<std::uint64_t, Outcome> outcomes;

 private:
  static constexpr std::uint64_t kGeneration = 1'000'000;  // a tag: generation and number

  double number(base::RandomStream& draw) const {
    return story_.coarse ? static_cast<double>(draw.below(4)) : 3 * draw.uniform();
  }
  void start(double now, std::uint64_t tag, std::vector<Transfer>& starts) const {
    base::RandomStream draw(story_.seed, 1, tag);
    Transfer transfer;
    transfer.tag = tag;
    transfer.bytes = 10 * number(draw);
    transfer.route =
        static_cast<RouteId>(draw.below(static_cast<std::uint64_t>(story_.routes.size())));
    transfer.start = now + (draw.uniform() < 0.5 ? number(draw) : 0);
    transfer.latency = draw.uniform() < 0.5 ? number(draw) : 0;
    if (story_.odd) {
      transfer.weight = 1 + number(draw);
      transfer.multiplicity = 1 + static_cast<double>(draw.below(3));
      if (draw.uniform() < 0.3) transfer.cap = 0.5 + number(draw);
    }
    starts.push_back(transfer);
  }

  const Story& story_;
};

// Random cases; small and crowded, so that every rule has work.
Case random_case(std::uint64_t seed);
// With up to so many links, and about as many routes and transfers.
Story random_story(std::uint64_t seed, std::uint64_t size);

// All flows looked at and all rates found anew whenever anything happens.
std::map<std::uint64_t, Outcome> reference_simulation(const Story& story);

}  // namespace weft::flow::testing
