#include "replica.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "weft/campaign/renewal.h"

namespace weft::campaign {

namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();

bool has_silent_failures(const Scenario& scenario) {
  return std::any_of(scenario.causes.begin(), scenario.causes.end(),
                     [](const Cause& cause) { return cause.silent > 0; });
}

}  // namespace

Replica::Replica(const Scenario& scenario, StepTimes& step_times, std::uint64_t seed,
                 std::uint64_t replica, std::size_t timeline_entries)
    : scenario_(&scenario),
      step_times_(&step_times),
      seed_(seed),
      replica_(replica),
      timeline_entries_(timeline_entries),
      failures_(scenario, seed, replica),
      pool_(scenario.hosts, seed, replica),
      store_(scenario.tiers, has_silent_failures(scenario)),
      end_(scenario.horizon.window.si()),
      interval_(planned_interval(scenario)),
      expected_between_(1.0 / stop_rate(scenario)),
      stage_random_(seed, replica, base::stream_of("stages")) {
  const std::size_t causes = scenario.causes.size();
  result_.interruptions.assign(causes, 0.0);
  result_.degradations.assign(causes, 0.0);
  result_.corruptions.assign(causes, 0.0);
  result_.loss.assign(causes + 2, TimeByClass{});
  result_.restores.assign(scenario.tiers.size() + 1, 0.0);
  if (scenario.maintenance) {
    add_timer(scenario.maintenance->every.si(), TimerKind::kMaintenance, 0);
  }
  begin_segment();
}

ReplicaResult Replica::run() {
  while (!done_) {
    const double until = next_event();
    if (!std::isfinite(until) && is_stuck()) break;
    if (stage_ == Stage::kUp) {
      train_until(until);
    } else {
      recover_until(until);
    }
    if (clock_ >= end_) break;
    if (done_ || clock_ < next_event()) continue;
    if (is_hopeless()) break;
    if (events_ >= scenario_->horizon.most_events) {
      result_.cut = true;
      break;
    }
    ++events_;
    handle_event();
  }
  return finish();
}

// Nothing will happen any more: no host comes back, or nothing runs.
bool Replica::is_stuck() const {
  if (stage_ != Stage::kUp) return !std::isfinite(stage_end_);
  return rate_ <= 0.0 && !saving_;
}

// Stops so often that it would go on for ever: where no window ends it, looked at now and then, so
// that a bad start of a run does not count.
bool Replica::is_hopeless() const {
  constexpr std::uint64_t kEvents = 4096;
  return !std::isfinite(end_) && events_ > 0 && events_ % kEvents == 0 &&
         work_ < kHopeless * clock_;
}

double Replica::next_event() {
  double next = std::min({failures_.next_time(), pool_.next_time(), end_});
  if (!timers_.empty()) next = std::min(next, timers_.top().time);
  return next;
}

// What is due now: first what mends, then what breaks.
void Replica::handle_event() {
  if (pool_.next_time() <= clock_) {
    settle_hosts_out();
    const int host = pool_.advance();
    if (host != HostPool::kNone) host_came_back(host);
    tell_where_hosts_are();
  } else if (!timers_.empty() && timers_.top().time <= clock_) {
    handle_timer();
  } else {
    handle_failure();
  }
}

void Replica::handle_timer() {
  const Timer timer = timers_.top();
  timers_.pop();
  switch (timer.kind) {
    case TimerKind::kMended:
      std::erase_if(slowed_, [&](const Slowed& one) { return one.id == timer.id; });
      update_rate();
      break;
    case TimerKind::kEvict:
      evict(timer.id);
      break;
    case TimerKind::kFound:
      found_corruption(timer.id);
      break;
    case TimerKind::kMaintenance:
      add_timer(timer.time + scenario_->maintenance->every.si(), TimerKind::kMaintenance, 0);
      maintenance_due_ = true;
      if (stage_ == Stage::kUp) maintain();
      break;
    case TimerKind::kRebuilt:
      slot_rebuilt(timer.id);
      break;
  }
}

void Replica::remember(TimeClass time_class, double until) {
  if (!with_stretches_ || until <= clock_) return;
  auto& all = result_.stretches;
  const bool works = time_class == TimeClass::kProductive;
  const Stretch one{until, time_class, works ? rate_ : 0.0, static_cast<double>(vacant_.size())};
  const bool same = !all.empty() && all.back().time_class == one.time_class &&
                    all.back().rate == one.rate && all.back().missing == one.missing;
  if (same) {
    all.back().until = until;
  } else {
    all.push_back(one);
  }
}

// Moves the clock to `until`; the hosts in place stall, and nobody is charged yet.
void Replica::stall(TimeClass time_class, double until) {
  const double time = until - clock_;
  result_.times[static_cast<std::size_t>(time_class)] += time;
  const auto in_place =
      static_cast<double>(scenario_->fleet.hosts) - static_cast<double>(vacant_.size());
  result_.devices[static_cast<std::size_t>(DeviceClass::kStalled)] += time * in_place;
  remember(time_class, until);
  clock_ = until;
}

// The same, charged to a cause.
void Replica::charge(TimeClass time_class, double until, std::size_t loss) {
  result_.loss[loss][static_cast<std::size_t>(time_class)] += until - clock_;
  stall(time_class, until);
}

// The same for work: at a reduced rate a part of the time counts, the rest is charged to what
// slows it.
void Replica::charge_work(double until) {
  const double time = until - clock_;
  const double useful = rate_ * time;
  const auto hosts = static_cast<double>(scenario_->fleet.hosts);
  const double in_place = hosts - static_cast<double>(vacant_.size());
  // A smaller job may do more than its share of the work.
  const double productive = std::min(useful * hosts, time * in_place);
  work_ += useful;
  host_work_ += productive;
  result_.times[static_cast<std::size_t>(TimeClass::kProductive)] += useful;
  result_.devices[static_cast<std::size_t>(DeviceClass::kProductive)] += productive;
  result_.devices[static_cast<std::size_t>(DeviceClass::kStalled)] += time * in_place - productive;
  if (rate_ < 1.0) {
    const bool reduced = missing() > 0;
    const auto time_class =
        static_cast<std::size_t>(reduced ? TimeClass::kCustomReduced : TimeClass::kCustomSlowed);
    result_.times[time_class] += time - useful;
    if (reduced) {
      charge_missing(TimeClass::kCustomReduced, time - useful);
    } else {
      result_.loss[slow_cause_][time_class] += time - useful;
    }
  }
  remember(TimeClass::kProductive, until);
  clock_ = until;
}

// To what took the hosts that are missing, in equal parts, not to whatever stopped the job last.
void Replica::charge_missing(TimeClass time_class, double time) {
  const auto blame = [&](std::size_t cause, double part) {
    result_.loss[cause][static_cast<std::size_t>(time_class)] += part;
  };
  if (missing() == 0) return blame(loss_, time);
  const double part = time / static_cast<double>(missing());
  for (const auto slot : vacant_) blame(taken_by_.at(slot), part);
  for (const auto& one : rebuilding_) blame(taken_by_.at(one.slot), part);
}

// Works and saves until an event; stops early when the run is done or goes down.
void Replica::train_until(double until) {
  while (!done_ && stage_ == Stage::kUp && clock_ < until) {
    if (!train_part(until)) return;
  }
}

// To the next change between working and saving, or to `until` (false).
bool Replica::train_part(double until) {
  if (saving_) {
    const bool ends = save_end_ <= until;
    charge(TimeClass::kCheckpointSave, ends ? save_end_ : until, scenario_->causes.size());
    if (ends) finish_save();
    return ends;
  }
  const double all = scenario_->horizon.work.si();
  const double target = std::min(next_save_work_, all);
  const double at_end = time_of_work(all);
  double end = time_of_work(target);
  if (target < all) end = std::min(std::max(end, may_save_at_), at_end);
  if (end > until || !std::isfinite(end)) {
    charge_work(until);
    return false;
  }
  charge_work(std::max(end, clock_));
  last_save_ = end >= at_end;
  start_save();
  return true;
}

// When this much work will be done at the present rate.
double Replica::time_of_work(double work) const {
  return rate_ > 0.0 ? clock_ + (work - work_) / rate_ : kForever;
}

void Replica::start_save() {
  saving_ = true;
  save_began_ = clock_;
  save_end_ = clock_ + store_.next_pause();
  // A planned stop, like the end, waits until the checkpoint can be read back.
  if (last_save_ || planned_) save_end_ += store_.next_write();
}

void Replica::finish_save() {
  saving_ = false;
  const double waited = last_save_ || planned_ ? store_.next_write() : 0.0;
  may_save_at_ = store_.save({save_began_, 0, work_, host_work_}, clock_ - waited);
  if (last_save_) {
    done_ = true;
    result_.finished = true;
    return;
  }
  if (planned_) {
    const Stop why = *std::exchange(planned_, std::nullopt);
    leaving_.insert(leaving_.end(), planned_leaving_.begin(), planned_leaving_.end());
    planned_leaving_.clear();
    stop(why, planned_loss_, Damage::kProcess, stage_random_);
    return;
  }
  begin_segment();
}

void Replica::begin_segment() {
  if (scenario_->interval.rule == IntervalRule::kAdaptive) {
    double stops = 0;
    for (const double one : result_.interruptions) stops += one;
    const auto mean = observed_mean(expected_between_, base::Time(clock_), stops);
    interval_ = std::max(interval_by(scenario_->interval, mean, base::Time(store_.next_pause()),
                                     mean_recovery(*scenario_)),
                         scenario_->interval.shortest);
  }
  next_save_work_ = work_ + interval_.si();
}

void Replica::settle_hosts_out() {
  const double time = clock_ - out_since_;
  const auto out = static_cast<std::size_t>(pool_.out());
  if (result_.hosts_out.size() <= out) result_.hosts_out.resize(out + 1, 0.0);
  result_.hosts_out[out] += time;
  result_.devices[static_cast<std::size_t>(DeviceClass::kRepair)] +=
      time * static_cast<double>(pool_.out());
  result_.devices[static_cast<std::size_t>(DeviceClass::kIdleSpare)] +=
      time * static_cast<double>(pool_.idle());
  out_since_ = clock_;
  if (scenario_->hosts.unlimited) return;
  const std::int64_t all = scenario_->fleet.hosts + scenario_->hosts.warm + scenario_->hosts.cold;
  const auto vacant = static_cast<std::int64_t>(vacant_.size());
  if (scenario_->fleet.hosts - vacant + pool_.idle() + pool_.out() != all) {
    throw std::logic_error("campaign: a host has come from nowhere or got lost");
  }
}

void Replica::tell_where_hosts_are() {
  failures_.set_hosts(static_cast<std::int64_t>(vacant_.size()),
                      scenario_->hosts.unlimited ? 0 : pool_.idle(), clock_);
}

void Replica::tell(Happening happening, std::size_t cause, double amount) {
  if (result_.timeline.size() >= timeline_entries_) return;
  const auto& causes = scenario_->causes;
  std::string name;
  if (cause < causes.size()) name = causes[cause].name;
  if (cause == causes.size() + 1) name = "maintenance";
  result_.timeline.push_back({clock_, happening, name, amount});
}

ReplicaResult Replica::finish() {
  // Work that a failure undid is lost, whether or not the window shows it done again.
  if (stage_ != Stage::kUp && rolls_back_) roll_back();
  settle_hosts_out();
  result_.wall = clock_;
  result_.productive = result_.times[static_cast<std::size_t>(TimeClass::kProductive)];
  result_.checkpoints = static_cast<double>(store_.count());
  result_.hosts_repaired = static_cast<double>(pool_.repaired());
  const double per_host = scenario_->fleet.devices_per_host;
  for (double& devices : result_.devices) devices *= per_host;
  check_conserved(sum(result_.times), clock_, "times");
  check_conserved(work_, result_.productive, "productive times");
  const auto& hosts = scenario_->hosts;
  auto all = static_cast<double>(scenario_->fleet.hosts) * clock_;
  if (hosts.unlimited) {
    // Those under repair are on top: a sound host has taken their place.
    for (std::size_t out = 1; out < result_.hosts_out.size(); ++out) {
      all += static_cast<double>(out) * result_.hosts_out[out];
    }
  } else {
    all += static_cast<double>(hosts.warm + hosts.cold) * clock_;
  }
  check_conserved(sum(result_.devices), all * per_host, "device-hours");
  return std::move(result_);
}

void Replica::add_timer(double time, TimerKind kind, std::uint64_t id) {
  timers_.push({time, order_++, kind, id});
}

ReplicaResult simulate_replica(const Scenario& scenario, StepTimes& step_times, std::uint64_t seed,
                               std::uint64_t replica, std::size_t timeline_entries,
                               bool with_stretches) {
  Replica played(scenario, step_times, seed, replica, timeline_entries);
  if (with_stretches) played.remember_stretches();
  return played.run();
}

}  // namespace weft::campaign
