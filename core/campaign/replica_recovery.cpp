#include <algorithm>
#include <cmath>

#include "replica.h"

namespace weft::campaign {

// The job is down from now on. What was drawn for an earlier stop is drawn again: a failure during
// a recovery starts it over.
void Replica::stop(Stop why, std::size_t loss, Damage damage, base::RandomStream& random) {
  if (planned_) {  // it did not get as far as its checkpoint
    leaving_.insert(leaving_.end(), planned_leaving_.begin(), planned_leaving_.end());
    planned_leaving_.clear();
    planned_.reset();
  }
  saving_ = false;
  last_save_ = false;
  loss_ = loss;
  store_.fail(clock_, damage, random);
  // A slice-down or scale-up that is interrupted has not lost the state that it works on, yet the
  // stop now loses it.
  rolls_back_ = true;
  if (why == Stop::kMaintenance) {
    maintenance_due_ = false;
    result_.maintenances += 1.0;
  }
  const auto& stages = scenario_->stages[static_cast<std::size_t>(why)];
  const auto takes = [&](Stage stage) -> double& {
    return stage_takes_[static_cast<std::size_t>(stage)];
  };
  takes(Stage::kDetect) = stages.detect.draw(random);
  takes(Stage::kLocalise) = stages.localise.draw(random);
  takes(Stage::kRestart) = stages.restart.draw(random);
  takes(Stage::kInitialise) = stages.initialise.draw(random);
  if (why == Stop::kMaintenance) takes(Stage::kDetect) = scenario_->maintenance->takes.draw(random);
  tell(Happening::kStopped, loss);
  enter(why == Stop::kMaintenance ? Stage::kMaintain : Stage::kDetect);
}

TimeClass Replica::class_of(Stage stage) {
  switch (stage) {
    case Stage::kRestart:
      return TimeClass::kProgramStartup;
    case Stage::kInitialise:
      return TimeClass::kTpuInitialization;
    case Stage::kLoad:
      return TimeClass::kCheckpointRestore;
    case Stage::kSliceDown:
      return TimeClass::kElasticSliceDown;
    case Stage::kScaleUp:
      return TimeClass::kElasticScaleUp;
    case Stage::kMaintain:
      return TimeClass::kCustomMaintenance;
    default:
      return TimeClass::kInfrastructureRecovery;
  }
}

// To the end of the stage or to an event. One stage at a time: it may move the next event.
void Replica::recover_until(double until) {
  if (!std::isfinite(stage_end_) && !std::isfinite(until)) return;  // nothing comes any more
  const bool ends = stage_end_ <= until;
  const double end = ends ? stage_end_ : until;
  if (stage_ == Stage::kHosts) {
    const double time = end - clock_;
    result_.waited += time;
    if (has_enough_replicas()) result_.waited_infeasible += time;
    stall(class_of(stage_), end);
    charge_missing(class_of(stage_), time);
  } else {
    charge(class_of(stage_), end, loss_);
  }
  if (ends) next_stage();
}

void Replica::enter(Stage stage) {
  stage_ = stage;
  stage_end_ = clock_;
  switch (stage) {
    case Stage::kHosts:
      stage_takes_[static_cast<std::size_t>(Stage::kProvision)] = 0;
      release_hosts();
      rebuilding_.clear();  // all start together
      fill_slots();
      if (!vacant_.empty() && !may_run_without()) {
        stage_end_ = std::numeric_limits<double>::infinity();
        result_.waits += 1.0;
        if (has_enough_replicas()) result_.waits_infeasible += 1.0;
        tell(Happening::kWaits, loss_, static_cast<double>(vacant_.size()));
      }
      return;
    case Stage::kLoad:
      roll_back();
      break;
    case Stage::kMaintain:
      stage_end_ += stage_takes_[static_cast<std::size_t>(Stage::kDetect)];
      return;
    default:
      break;
  }
  stage_end_ += stage_takes_[static_cast<std::size_t>(stage)];
}

void Replica::next_stage() {
  switch (stage_) {
    case Stage::kDetect:
      return enter(Stage::kLocalise);
    case Stage::kLocalise:
    case Stage::kMaintain:
      return enter(Stage::kHosts);
    case Stage::kHosts:
      return enter(Stage::kProvision);
    case Stage::kProvision:
      return enter(Stage::kRestart);
    case Stage::kRestart:
      return enter(Stage::kInitialise);
    case Stage::kInitialise:
      return enter(Stage::kLoad);
    default:
      return run_again();
  }
}

// What the failures took out goes to repair.
void Replica::release_hosts() {
  settle_hosts_out();
  for (const auto& one : leaving_) {
    // A slow host may have been struck again before it was out.
    if (std::find(vacant_.begin(), vacant_.end(), one.slot) != vacant_.end()) continue;
    const int host = host_at(one.slot);
    bool for_good = false;
    if (host >= 0) {
      const auto name = static_cast<std::size_t>(host);
      const int most = scenario_->hosts.eject_after;
      for_good = most > 0 && incidents_[name] >= most;
      faulty_[name] = {one.unit, one.mends};
      failures_.host_leaves(host, clock_);
      names_.erase(one.slot);
      places_[name] = -1;
    }
    std::erase_if(slowed_, [&](const Slowed& slow) { return slow.slot == one.slot; });
    std::erase_if(rebuilding_, [&](const Rebuilding& other) { return other.slot == one.slot; });
    pool_.send(host, one.repair, for_good, clock_);
    result_.repair_time += one.repair;
    result_.hosts_replaced += 1.0;
    vacant_.push_back(one.slot);
    taken_by_[one.slot] = one.cause;
  }
  leaving_.clear();
  tell_where_hosts_are();
}

// Spares take the empty places; they are put in place together.
void Replica::fill_slots() {
  if (vacant_.empty()) return;
  settle_hosts_out();
  auto& takes = stage_takes_[static_cast<std::size_t>(Stage::kProvision)];
  while (!vacant_.empty() && pool_.has_spare()) {
    const auto spare = pool_.take(clock_);
    const auto& hosts = scenario_->hosts;
    takes = std::max(takes, (spare.warm ? hosts.swap : hosts.provision).draw(stage_random_));
    put_in_place(spare);
  }
  tell_where_hosts_are();
}

// Returns the slot.
std::int64_t Replica::put_in_place(const HostPool::Spare& spare) {
  const std::int64_t slot = vacant_.front();
  vacant_.erase(vacant_.begin());
  if (spare.host >= 0) {
    names_[slot] = spare.host;
    places_[static_cast<std::size_t>(spare.host)] = slot;
    failures_.host_joins(spare.host, clock_);
  }
  return slot;
}

void Replica::roll_back() {
  const Restore restore = store_.restore(clean_before_);
  const double lost = work_ - restore.state.work;
  result_.times[static_cast<std::size_t>(TimeClass::kProductive)] -= lost;
  result_.times[static_cast<std::size_t>(TimeClass::kWastedProgress)] += lost;
  result_.loss[loss_][static_cast<std::size_t>(TimeClass::kWastedProgress)] += lost;
  result_.work_lost_worst = std::max(result_.work_lost_worst, lost);
  const double devices = host_work_ - restore.state.devices;
  result_.devices[static_cast<std::size_t>(DeviceClass::kProductive)] -= devices;
  result_.devices[static_cast<std::size_t>(DeviceClass::kLost)] += devices;
  work_ = restore.state.work;
  host_work_ = restore.state.devices;
  const bool from_start = restore.from_start;
  result_.restores[from_start ? scenario_->tiers.size() : restore.tier] += 1.0;
  stage_takes_[static_cast<std::size_t>(Stage::kLoad)] =
      scenario_->tiers[restore.tier].load.draw(stage_random_);
  if (corruption_ && (from_start || restore.state.taken <= corruption_->since)) corruption_.reset();
  clean_before_ = std::numeric_limits<double>::infinity();
  rolls_back_ = false;
}

void Replica::run_again() {
  const Stage from = stage_;
  const bool stalled = from == Stage::kSliceDown || from == Stage::kScaleUp;
  stage_ = Stage::kUp;
  update_rate();
  if (from == Stage::kScaleUp) {
    tell(Happening::kRegrown, loss_, rate_);
  } else {
    tell(missing() > 0 ? Happening::kShrunk : Happening::kRunning, loss_, rate_);
  }
  // After a stall the work since the last checkpoint is still there.
  if (!stalled) {
    may_save_at_ = clock_;
    begin_segment();
  }
  if (!vacant_.empty()) rebuild_with_spares();
  if (maintenance_due_) maintain();
}

void Replica::host_came_back(int host) {
  if (host >= 0) {
    const auto [unit, mended] = faulty_[static_cast<std::size_t>(host)];
    if (mended) failures_.renew(unit, clock_);
    faulty_[static_cast<std::size_t>(host)] = {-1, false};
  }
  tell(Happening::kRepaired, scenario_->causes.size());
  if (vacant_.empty()) return;
  if (stage_ == Stage::kHosts) {
    fill_slots();
    if (vacant_.empty() || may_run_without()) stage_end_ = clock_;
  } else if (stage_ == Stage::kUp || stage_ == Stage::kSliceDown || stage_ == Stage::kScaleUp) {
    rebuild_with_spares();
  }
}

std::int64_t Replica::missing() const {
  return static_cast<std::int64_t>(vacant_.size() + rebuilding_.size());
}

// Distinct data-parallel replicas that miss a host; hosts fill replicas in order.
int Replica::lost_replicas() const {
  const auto& fleet = scenario_->fleet;
  std::vector<std::int64_t> lost;
  const auto lose = [&](std::int64_t slot) {
    const std::int64_t first = slot * fleet.replicas / fleet.hosts;
    const std::int64_t last = std::max(first, ((slot + 1) * fleet.replicas - 1) / fleet.hosts);
    for (std::int64_t one = first; one <= last; ++one) lost.push_back(one);
  };
  for (const std::int64_t slot : vacant_) lose(slot);
  for (const auto& one : rebuilding_) lose(one.slot);
  std::sort(lost.begin(), lost.end());
  return static_cast<int>(std::unique(lost.begin(), lost.end()) - lost.begin());
}

bool Replica::has_enough_replicas() const {
  const auto& elastic = scenario_->elastic;
  if (elastic.mode == Elastic::kNone) return missing() == 0;
  const double replicas = scenario_->fleet.replicas;
  return replicas - lost_replicas() >= std::max(1.0, elastic.smallest * replicas);
}

// A smaller job may break a rule, or not fit: then it waits as one that is not elastic does.
bool Replica::may_run_without() const {
  return has_enough_replicas() && throughput(Signature()) > 0.0;
}

// Elastic: the other replicas hold the state and run on after a stall, with nothing rolled back. A
// link takes no host out: its replica comes back on the same ones.
bool Replica::slice_down(Strike& strike, Stop why) {
  const auto& elastic = scenario_->elastic;
  const bool link = scenario_->causes[strike.cause].scope == Scope::kLink;
  const bool runs =
      stage_ == Stage::kUp || stage_ == Stage::kSliceDown || stage_ == Stage::kScaleUp;
  if (elastic.mode == Elastic::kNone || !runs || planned_) return false;
  if (strike.fatal < elastic.fatal || (leaving_.empty() && !link)) return false;
  const auto vacant = vacant_;
  const auto rebuilding = rebuilding_;
  for (const auto& one : leaving_) vacant_.push_back(one.slot);
  if (link) rebuilding_.push_back({pick_slot(strike.place), next_id_++});
  const bool enough = may_run_without();
  vacant_ = vacant;
  if (!enough) {
    rebuilding_ = rebuilding;
    return false;
  }
  saving_ = false;
  last_save_ = false;
  loss_ = strike.cause;
  tell(Happening::kStopped, strike.cause);
  if (link) {
    taken_by_[rebuilding_.back().slot] = strike.cause;
    const double takes = elastic.rebuild.draw(stage_random_);
    add_timer(clock_ + takes, TimerKind::kRebuilt, rebuilding_.back().id);
  }
  release_hosts();
  rebuild_with_spares();
  const auto& stages = scenario_->stages[static_cast<std::size_t>(why)];
  stage_ = Stage::kSliceDown;
  stage_end_ = clock_ + stages.detect.draw(strike.random) + elastic.slice_down.draw(strike.random);
  return true;
}

// A spare takes a place and its replica is built up beside the run.
void Replica::rebuild_with_spares() {
  settle_hosts_out();
  const auto& hosts = scenario_->hosts;
  while (!vacant_.empty() && pool_.has_spare()) {
    const auto spare = pool_.take(clock_);
    const std::uint64_t id = next_id_++;
    rebuilding_.push_back({put_in_place(spare), id});
    const double takes = (spare.warm ? hosts.swap : hosts.provision).draw(stage_random_) +
                         scenario_->elastic.rebuild.draw(stage_random_);
    add_timer(clock_ + takes, TimerKind::kRebuilt, id);
  }
  tell_where_hosts_are();
}

// A replica is ready to take part again. While the job recovers it does so at no cost; a checkpoint
// is finished first.
void Replica::slot_rebuilt(std::uint64_t id) {
  const auto found = std::find_if(rebuilding_.begin(), rebuilding_.end(),
                                  [id](const Rebuilding& one) { return one.id == id; });
  if (found == rebuilding_.end()) return;
  if (stage_ == Stage::kUp && saving_) {
    add_timer(save_end_, TimerKind::kRebuilt, id);
    return;
  }
  rebuilding_.erase(found);
  if (stage_ != Stage::kUp) return;
  stage_ = Stage::kScaleUp;
  stage_end_ = clock_ + scenario_->elastic.scale_up.draw(stage_random_);
}

}  // namespace weft::campaign
