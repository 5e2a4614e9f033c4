#include "weft/flow/engine.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "moments.h"
#include "motion.h"
#include "network.h"
#include "rates.h"

namespace weft::flow {
namespace {

constexpr double kSameMoment = 1e-12;
// A rate this close to its old one stays, so that what rounding moves is not scheduled again.
constexpr double kSameRate = 1e-13;

class Simulation {
 public:
  Simulation(std::span<const double> capacity, Routes& routes, Source& source,
             const Options& options)
      : routes_(routes),
        source_(source),
        options_(options),
        network_(capacity, routes),
        rates_(network_, options.threads) {
    if (options.count_bytes) summary_.bytes.assign(capacity.size(), 0);
    for (const LinkChange& change : options.changes) {
      if (change.link < 0 || static_cast<std::size_t>(change.link) >= capacity.size()) {
        throw std::invalid_argument(fmt::format("a change of the unknown link {}", change.link));
      }
    }
  }

  Summary run() {
    ask_source();
    for (;;) {
      update_rates();
      if (alive_ == 0) return std::move(summary_);
      const double next = std::min(moments_.next(), next_change());
      if (next == kUncapped) {
        throw std::runtime_error(
            fmt::format("{} transfers can never finish: links of their routes have no capacity, or "
                        "their caps are zero",
                        alive_));
      }
      step(next);
    }
  }

 private:
  // Of `now`, but for rounding.
  [[nodiscard]] double moment() const { return now_ + kSameMoment * now_; }

  [[nodiscard]] double next_change() const {
    if (change_ == options_.changes.size()) return kUncapped;
    return std::max(now_, options_.changes[change_].time);
  }

  void step(double next) {
    if (next > now_ || summary_.moments == 0) ++summary_.moments;
    now_ = next;
    done_.clear();
    entering_.clear();
    moments_.pop(moment(), [&](std::int32_t slot) { pass(slot); });
    apply_changes();
    if (!entering_.empty()) sort_by_order(entering_);
    for (const std::int32_t slot : entering_) enter(slot);
    if (done_.empty()) return;
    report();
    ask_source();
  }

  // What `slot` waited for has come.
  void pass(std::int32_t slot) {
    Motion& motion = motions_[slot];
    if (motion.stage == Stage::kWaiting) {
      entering_.push_back(slot);
    } else if (motion.stage == Stage::kDelivering) {
      end(slot);
    } else {
      motion.left = 0;
      leave(slot);
      deliver(slot);
    }
  }

  void deliver(std::int32_t slot) {
    Motion& motion = motions_[slot];
    motion.stage = Stage::kDelivering;
    const double time = motion.is_plain ? now_ : now_ + rare_[slot].latency;
    if (time <= moment()) {
      end(slot);
    } else {
      moments_.put(slot, time);
    }
  }

  void end(std::int32_t slot) {
    const Motion& motion = motions_[slot];
    done_.push_back({motion.order, motion.tag, slot, motion.failed});
  }

  void enter(std::int32_t slot) {
    Motion& motion = motions_[slot];
    motion.order = next_order_++;
    if (motion.bytes == 0 || routes_.links(motion.route).empty()) {
      deliver(slot);
      return;
    }
    if (dead_links_ > 0 && !find_way(slot)) {
      fail(slot);
      return;
    }
    motion.stage = Stage::kMoving;
    motion.left = motion.bytes;
    join(slot);
  }

  // --- in the network ---

  void join(std::int32_t slot) {
    Motion& motion = motions_[slot];
    motion.since = now_;
    motion.rate = 0;
    Flow& flow = network_.flow(slot);
    flow.route = motion.route;
    flow.limit = kUncapped;
    flow.scale = 1;
    flow.plain = true;
    if (!motion.is_plain) {
      const Rare& rare = rare_[slot];
      if (rare.cap != kUncapped) flow.limit = rare.cap / rare.weight;
      flow.scale = rare.weight * rare.multiplicity;
      flow.plain = rare.weight == 1 && rare.multiplicity == 1;
    }
    network_.enter(slot);
    rates_.started(slot);
  }

  void leave(std::int32_t slot) {
    network_.leave(slot, [&](LinkId link) { rates_.link_changed(link); });
    if (options_.count_bytes) count(slot);
  }

  void count(std::int32_t slot) {
    const Motion& motion = motions_[slot];
    const Rare& rare = rare_[slot];
    const auto links = routes_.links(motion.route);
    const auto shares = routes_.shares(motion.route);
    const double moved = (motion.bytes - motion.left - rare.counted) * rare.multiplicity;
    for (std::size_t i = 0; i < links.size(); ++i) {
      summary_.bytes[links[i]] += shares.empty() ? moved : moved * shares[i];
    }
  }

  void update_rates() {
    const auto touched = rates_.solve([&](std::int32_t slot) {
      ++summary_.solved;
      set_rate(slot);
    });
    summary_.solved += static_cast<std::int64_t>(touched.size());
    for (const std::int32_t slot : touched) set_rate(slot);
  }

  void set_rate(std::int32_t slot) {
    Motion& motion = motions_[slot];
    const double level = network_.flow(slot).level;
    const double rate =
        motion.is_plain ? level : std::min(level * rare_[slot].weight, rare_[slot].cap);
    if (std::abs(rate - motion.rate) <= kSameRate * motion.rate) return;
    move(motion);
    motion.rate = rate;
    moments_.take(slot);
    if (rate > 0) moments_.put(slot, now_ + motion.left / rate);
  }

  // Up to now.
  void move(Motion& motion) const {
    if (now_ > motion.since) {
      motion.left = std::max(0.0, motion.left - motion.rate * (now_ - motion.since));
    }
    motion.since = now_;
  }

  // --- links that change ---

  void apply_changes() {
    const auto& changes = options_.changes;
    for (; change_ < changes.size() && changes[change_].time <= moment(); ++change_) {
      Link& link = network_.link(changes[change_].link);
      link.capacity = changes[change_].capacity;
      const bool dies = link.capacity == 0;
      if (dies != link.dead) dead_links_ += dies ? 1 : -1;
      link.dead = dies;
      if (dies) cut_.push_back(changes[change_].link);
      if (!link.members.empty()) rates_.link_changed(changes[change_].link);
    }
    if (!cut_.empty()) cut_flows();
  }

  // Flows over links that died take another way or fail.
  void cut_flows() {
    std::vector<std::int32_t> slots;
    for (const LinkId link : cut_) {
      if (!network_.link(link).dead) continue;
      for (const Member member : network_.link(link).members) slots.push_back(member.flow);
    }
    cut_.clear();
    sort_by_order(slots);
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
    for (const std::int32_t slot : slots) {
      Motion& motion = motions_[slot];
      move(motion);
      moments_.take(slot);
      leave(slot);
      if (options_.count_bytes) rare_[slot].counted = motion.bytes - motion.left;
      if (find_way(slot)) {
        join(slot);
      } else {
        fail(slot);
      }
    }
  }

  // Whether its route is alive or the source has another that is.
  bool find_way(std::int32_t slot) {
    Motion& motion = motions_[slot];
    if (is_alive(motion.route)) return true;
    const auto route = source_.reroute(now_, transfer_of(slot));
    if (!route) return false;
    check_route(*route);
    motion.route = *route;
    return is_alive(*route);
  }

  [[nodiscard]] Transfer transfer_of(std::int32_t slot) const {
    const Motion& motion = motions_[slot];
    Transfer transfer;
    transfer.bytes = motion.bytes;
    transfer.route = motion.route;
    transfer.start = motion.start;
    transfer.tag = motion.tag;
    if (motion.is_plain) return transfer;
    const Rare& rare = rare_[slot];
    transfer.latency = rare.latency;
    transfer.weight = rare.weight;
    transfer.cap = rare.cap;
    transfer.multiplicity = rare.multiplicity;
    return transfer;
  }

  [[nodiscard]] bool is_alive(RouteId route) const {
    const auto links = routes_.links(route);
    return std::none_of(links.begin(), links.end(),
                        [&](LinkId link) { return network_.link(link).dead; });
  }

  void fail(std::int32_t slot) {
    motions_[slot].failed = true;
    motions_[slot].stage = Stage::kDelivering;
    end(slot);
  }

  // --- the source ---

  void sort_by_order(std::vector<std::int32_t>& slots) const {
    const auto before = [&](std::int32_t a, std::int32_t b) {
      return motions_[a].order < motions_[b].order;
    };
    if (!std::is_sorted(slots.begin(), slots.end(), before)) {
      std::sort(slots.begin(), slots.end(), before);
    }
  }

  void report() {
    const auto before = [](const Done& a, const Done& b) { return a.order < b.order; };
    if (!std::is_sorted(done_.begin(), done_.end(), before)) {
      std::sort(done_.begin(), done_.end(), before);
    }
    finished_.clear();
    for (const Done& done : done_) {
      finished_.push_back({done.tag, done.failed});
      summary_.failed += done.failed ? 1 : 0;
      free_.push_back(done.slot);
    }
    summary_.transfers += static_cast<std::int64_t>(done_.size());
    alive_ -= static_cast<std::int64_t>(done_.size());
    summary_.end = now_;
  }

  void ask_source() {
    starts_.clear();
    source_.advance(now_, finished_, starts_);
    done_.clear();
    for (const Transfer& transfer : starts_) announce(transfer);
    // What failed at once is told at the next moment, which is still now.
    for (const Done& done : done_) moments_.put(done.slot, now_);
  }

  void announce(const Transfer& transfer) {
    check_route(transfer.route);
    if (!(transfer.weight > 0) || !(transfer.multiplicity > 0) || !(transfer.cap >= 0)) {
      throw std::invalid_argument("a transfer without weight or multiplicity, or a negative cap");
    }
    if (!(transfer.bytes >= 0)) {
      throw std::invalid_argument(fmt::format("a transfer of {} bytes", transfer.bytes));
    }
    if (!(transfer.start >= now_ - kSameMoment * now_)) {
      throw std::invalid_argument(
          fmt::format("a transfer starts at {} s, before now, {} s", transfer.start, now_));
    }
    const std::int32_t slot = take_slot();
    begin(slot, transfer);
    ++alive_;
    if (transfer.start <= moment()) {
      enter(slot);
    } else {
      moments_.put(slot, transfer.start);
    }
  }

  // Written in place: this is done for every transfer.
  void begin(std::int32_t slot, const Transfer& transfer) {
    Motion& motion = motions_[slot];
    motion.bytes = transfer.bytes;
    motion.start = transfer.start;
    motion.tag = transfer.tag;
    motion.order = next_order_++;
    motion.route = transfer.route;
    motion.stage = Stage::kWaiting;
    motion.failed = false;
    motion.is_plain = transfer.latency == 0 && transfer.weight == 1 && transfer.cap == kUncapped &&
                      transfer.multiplicity == 1;
    if (motion.is_plain && !options_.count_bytes) return;
    rare_[slot] = {transfer.latency, transfer.weight, transfer.cap, transfer.multiplicity, 0};
  }

  void check_route(RouteId route) const {
    if (route < 0 || route >= routes_.size()) {
      throw std::invalid_argument(fmt::format("a transfer over the unknown route {}", route));
    }
  }

  std::int32_t take_slot() {
    if (free_.empty()) {
      const std::size_t size = motions_.size();
      motions_.emplace_back();
      rare_.emplace_back();
      network_.grow(size + 1);
      moments_.grow(size + 1);
      return static_cast<std::int32_t>(size);
    }
    const std::int32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  Routes& routes_;
  Source& source_;
  const Options& options_;
  Network network_;
  Rates rates_;
  Moments moments_;
  Summary summary_;
  double now_ = 0;
  std::vector<Motion> motions_;
  std::vector<Rare> rare_;
  std::vector<std::int32_t> free_;
  std::int64_t alive_ = 0;  // slots in use
  std::int64_t next_order_ = 0;
  std::size_t change_ = 0;  // the next of the options' changes
  std::int64_t dead_links_ = 0;
  std::vector<LinkId> cut_;  // links that died at this moment
  // Of this moment:
  std::vector<std::int32_t> entering_;
  std::vector<Done> done_;
  std::vector<Completion> finished_;
  std::vector<Transfer> starts_;
};

}  // namespace

Summary simulate(std::span<const double> capacity, Routes& routes, Source& source,
                 const Options& options) {
  return Simulation(capacity, routes, source, options).run();
}

}  // namespace weft::flow
