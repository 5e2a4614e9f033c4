#include "rates.h"

#include <algorithm>
#include <cmath>

namespace weft::flow {
namespace {

// Levels that differ by rounding alone are the same.
constexpr double kSameLevel = 1e-13;
constexpr int kMostSkipped = 15;

// What Filling wants to know, of the network as it is now.
template <bool Plain>
struct LiveNetwork {
  static constexpr bool kPlain = Plain;
  Network& network;

  double capacity(LinkId link) const { return network.link(link).capacity; }
  std::span<const Member> members(LinkId link) const {
    const auto& all = network.link(link).members;
    return {all.data(), all.size()};
  }
  std::span<const LinkId> links(std::int32_t flow) const { return network.route_of(flow); }
  double load(std::int32_t flow, std::int32_t entry) const {
    return network.flow(flow).scale * network.share(flow, entry);
  }
  double limit(std::int32_t flow) const { return network.flow(flow).limit; }
  double level(std::int32_t flow) const { return network.flow(flow).level; }
  void decide(std::int32_t flow, double level, LinkId bottleneck) {
    network.flow(flow).level = level;
    network.flow(flow).bottleneck = bottleneck;  // its link is told of it when all are decided
  }
};

}  // namespace

std::span<const std::int32_t> Rates::solve_shared() {
  for (const std::int32_t slot : started_) {
    touch(network_.flow(slot), slot);
    for (const LinkId link : network_.route_of(slot)) link_changed(link);
  }
  started_.clear();
  if (!changed_.empty()) network_.is_plain() ? solve_as<true>() : solve_as<false>();
  changes_ = 0;
  return touched_;
}

// A flow that shares no link runs at the least capacity of its route.
bool Rates::settle_alone(std::int32_t slot) {
  Flow& flow = network_.flow(slot);
  const auto route = network_.route_of(slot);
  const bool is_plain = network_.is_plain();
  double level = flow.limit;
  LinkId bottleneck = kNoLink;
  for (std::size_t entry = 0; entry < route.size(); ++entry) {
    const Link& link = network_.link(route[entry]);
    if (link.members.size() > 1) return false;
    double least = link.capacity;
    if (!is_plain) {
      const double load = flow.scale * network_.share(slot, static_cast<std::int32_t>(entry));
      if (!(load > 0)) continue;
      least /= load;
    }
    if (least < level) {
      level = least;
      bottleneck = route[entry];
    }
  }
  flow.solve = solve_;
  flow.level = level;
  network_.hold(flow, bottleneck);
  flow.decided = true;
  return true;
}

void Rates::touch(Flow& flow, std::int32_t slot) {
  if (flow.solve == solve_) return;
  flow.solve = solve_;
  flow.decided = false;
  touched_.push_back(slot);
}

template <bool Plain>
void Rates::solve_as() {
  if (!is_worth_a_try() || !solve_upwards<Plain>()) solve_connected<Plain>();
  for (const LinkId link : changed_) links_[link].changed = false;
  changed_.clear();
}

// --- filling again from what changed -------------------------------------------------------------

// Few changes; and after some that reached far, the next are not tried at all.
bool Rates::is_worth_a_try() {
  if (changes_ * 4 > network_.entries()) return false;
  return skipped_++ >= skip_;
}

template <bool Plain>
bool Rates::solve_upwards() {
  heap_.clear();
  work_ = 0;
  const std::int64_t budget = 2 * network_.entries();
  for (const LinkId link : changed_) queue<Plain>(link);
  while (!heap_.empty() && work_ <= budget) {
    const auto [key, link] = heap_.top();
    heap_.pop();
    LinkSolve& state = links_[link];
    if (state.key != key) continue;
    state.key = kUncapped;
    if (state.level <= key) {
      stop_members<Plain>(link);
    } else {
      release_members(link);
    }
    for (const LinkId each : pending_) {
      links_[each].solve = 0;
      queue<Plain>(each);
    }
    pending_.clear();
  }
  const bool is_done = heap_.empty();
  skip_ = is_done ? 0 : std::min(2 * skip_ + 1, kMostSkipped);
  skipped_ = 0;
  return is_done;
}

template <bool Plain>
double Rates::load(const Member& member) const {
  if constexpr (Plain) {
    return 1.0;
  } else {
    return network_.flow(member.flow).scale * network_.share(member.flow, member.entry);
  }
}

// Puts a link in the heap at the level at which it fills or, if that is earlier, where it no longer
// holds the flows that it held.
template <bool Plain>
void Rates::queue(LinkId link) {
  const Link& at = network_.link(link);
  LinkSolve& state = links_[link];
  double held = kUncapped;  // the level at which it held flows
  risers_.clear();
  work_ += static_cast<std::int64_t>(at.members.size());
  for (const Member member : at.members) {
    const Flow& flow = network_.flow(member.flow);
    const bool is_here = is_held(flow, link);
    if (is_here) held = flow.level;
    const double each = load<Plain>(member);
    if (each > 0) risers_.push_back({is_here ? flow.limit : flow.level, each});
  }
  state.level = filling_level(at.capacity);
  if (held < kUncapped && std::abs(state.level - held) <= kSameLevel * held) state.level = held;
  state.key = std::min(state.level, held);
  if (state.key < kUncapped) heap_.push({state.key, link});
}

// The level at which the risers fill a link, infinite when all reach their limits before.
double Rates::filling_level(double capacity) {
  if (capacity == kUncapped) return kUncapped;
  double taken = 0;
  for (std::size_t count = risers_.size(); count > 0;) {
    double weight = 0;
    for (std::size_t i = 0; i < count; ++i) weight += risers_[i].load;
    const double level = std::max(0.0, capacity - taken) / weight;
    const std::size_t before = count;
    for (std::size_t i = 0; i < count;) {
      if (risers_[i].limit <= level) {
        taken += risers_[i].limit * risers_[i].load;
        risers_[i] = risers_[--count];
      } else {
        ++i;
      }
    }
    if (count == before) return level;
  }
  return kUncapped;
}

template <bool Plain>
void Rates::stop_members(LinkId link) {
  const double level = links_[link].level;
  for (const Member member : network_.link(link).members) {
    Flow& flow = network_.flow(member.flow);
    if (!(load<Plain>(member) > 0)) continue;
    const bool is_here = is_held(flow, link);
    if (is_here ? flow.level == level : !(flow.level > level * (1 + kSameLevel))) continue;
    touch(flow, member.flow);
    flow.level = level;
    network_.hold(flow, link);
    flow.decided = true;
    others_changed(member.flow, link);
  }
}

void Rates::release_members(LinkId link) {
  for (const Member member : network_.link(link).members) {
    Flow& flow = network_.flow(member.flow);
    if (!is_held(flow, link)) continue;
    touch(flow, member.flow);
    flow.level = flow.limit;
    network_.hold(flow, kNoLink);
    others_changed(member.flow, kNoLink);
  }
}

void Rates::others_changed(std::int32_t slot, LinkId except) {
  for (const LinkId link : network_.route_of(slot)) {
    if (link == except || links_[link].solve == solve_) continue;
    links_[link].solve = solve_;
    pending_.push_back(link);
  }
}

// --- filling all that is connected --------------------------------------------------------------

template <bool Plain>
void Rates::solve_connected() {
  ++solve_;
  touched_.clear();
  collect_connected();
  fill_.resize(links_.size());
  LiveNetwork<Plain> live{network_};
  teamwork_.fill(live, connected_, std::span(fill_));
  for (const std::int32_t slot : touched_) {
    Flow& flow = network_.flow(slot);
    if (flow.level == kUndecided) flow.level = flow.limit;
    if (flow.bottleneck != kNoLink) ++network_.link(flow.bottleneck).held;
  }
}

void Rates::collect_connected() {
  connected_.clear();
  for (const LinkId link : changed_) {
    if (links_[link].solve == solve_) continue;
    links_[link].solve = solve_;
    connected_.push_back(link);
  }
  for (std::size_t next = 0; next < connected_.size(); ++next) {
    for (const Member member : network_.link(connected_[next]).members) {
      Flow& flow = network_.flow(member.flow);
      if (flow.solve == solve_) continue;
      touch(flow, member.flow);
      flow.level = kUndecided;
      network_.hold(flow, kNoLink);
      for (const LinkId link : network_.route_of(member.flow)) {
        if (links_[link].solve == solve_) continue;
        links_[link].solve = solve_;
        connected_.push_back(link);
      }
    }
  }
}

}  // namespace weft::flow
