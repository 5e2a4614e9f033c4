#include <algorithm>
#include <cmath>

#include "replica.h"

namespace weft::campaign {

namespace {

std::int64_t block_of(const Fleet& fleet, Scope scope) {
  if (scope == Scope::kSwitch) return fleet.hosts_per_switch;
  if (scope == Scope::kRack) return fleet.hosts_per_rack;
  if (scope == Scope::kCoolingLoop) return fleet.hosts_per_loop;
  return scope == Scope::kSite ? fleet.hosts : 1;
}

Damage damage_of(Scope scope) {
  switch (scope) {
    case Scope::kDevice:
    case Scope::kHost:
    case Scope::kRail:
      return Damage::kHost;
    case Scope::kSwitch:
    case Scope::kRack:
    case Scope::kCoolingLoop:
      return Damage::kDomain;
    case Scope::kSite:
      return Damage::kSite;
    case Scope::kLink:
    case Scope::kJob:
      break;
  }
  return Damage::kProcess;
}

bool takes_hosts(Scope scope) { return damage_of(scope) != Damage::kProcess; }

void count_month(std::vector<std::vector<double>>& months, double time, std::size_t cause,
                 std::size_t causes) {
  const auto month = static_cast<std::size_t>(time / kMonth);
  while (months.size() <= month) months.emplace_back(causes, 0.0);
  months[month][cause] += 1.0;
}

}  // namespace

Replica::Strike Replica::strike_of(const Failure& failure) const {
  Strike strike{.cause = failure.cause,
                .unit = failure.unit,
                .stream = failure.stream,
                .random = base::RandomStream(seed_, replica_, failure.stream)};
  strike.transient = strike.random.uniform();
  strike.fatal = strike.random.uniform();
  strike.mended = strike.random.uniform();
  strike.place = strike.random.uniform();
  return strike;
}

void Replica::handle_failure() {
  const Failure failure = failures_.take();
  if (failure.idle) return lose_spare(failure);
  const auto& cause = scenario_->causes[failure.cause];
  double mark = failure.mark - cause.tolerated;
  if (mark < 0.0) {
    failures_.mend(failure.unit, clock_);
    return;
  }
  count_month(result_.by_month, clock_, failure.cause, scenario_->causes.size());
  auto strike = strike_of(failure);
  if ((mark -= cause.degraded) < 0.0) {
    degrade(strike);
  } else if ((mark -= cause.silent) < 0.0) {
    corrupt(strike);
  } else {
    crash(strike, mark < cause.hang);
  }
}

// A spare that waits breaks down: it goes to repair as others do. What only slows a device, or
// spoils its numbers, is not seen before it works.
void Replica::lose_spare(const Failure& failure) {
  const auto& cause = scenario_->causes[failure.cause];
  if (failure.mark < cause.tolerated + cause.degraded + cause.silent) return;
  auto strike = strike_of(failure);
  const auto& hosts = scenario_->hosts;
  const auto& repair =
      strike.transient < cause.transient ? hosts.reboot : cause.repair.value_or(hosts.out_of_band);
  const double takes = repair.draw(strike.random);
  settle_hosts_out();
  pool_.lose_idle(strike.place, takes, clock_);
  result_.spares_failed += 1.0;
  result_.repair_time += takes;
  tell_where_hosts_are();
}

// A slot with a host in it.
std::int64_t Replica::pick_slot(double place) const {
  const std::int64_t hosts = scenario_->fleet.hosts;
  auto slot = static_cast<std::int64_t>(place * static_cast<double>(hosts));
  for (std::int64_t i = 0; i < hosts; ++i) {
    if (std::find(vacant_.begin(), vacant_.end(), slot) == vacant_.end()) break;
    slot = (slot + 1) % hosts;
  }
  return slot;
}

// Where a failure strikes: in the host of a unit that has failed before, else anywhere.
std::int64_t Replica::slot_of(const Strike& strike) const {
  const int host = strike.unit >= 0 ? failures_.host_of(strike.unit) : -1;
  const std::int64_t slot = host >= 0 ? places_[static_cast<std::size_t>(host)] : -1;
  return slot >= 0 ? slot : pick_slot(strike.place);
}

// The name of the host in a slot, where hosts are told apart.
int Replica::host_at(std::int64_t slot) {
  if (!failures_.has_known_units() && scenario_->hosts.eject_after == 0) return -1;
  const auto found = names_.find(slot);
  if (found != names_.end()) return found->second;
  const int name = static_cast<int>(incidents_.size());
  incidents_.push_back(0);
  faulty_.emplace_back(-1, false);
  places_.push_back(slot);
  names_.emplace(slot, name);
  return name;
}

void Replica::degrade(Strike& strike) {
  const auto& cause = scenario_->causes[strike.cause];
  const auto& degradation = cause.degradation;
  result_.degradations[strike.cause] += 1.0;
  const std::uint64_t id = next_id_++;
  const bool link = degradation.is_link || !takes_hosts(cause.scope);
  const double lasts = degradation.lasts.draw(strike.random);
  slowed_.push_back({id, strike.cause, link ? -1 : slot_of(strike),
                     cause.repair.value_or(scenario_->hosts.out_of_band)});
  failures_.mend(strike.unit, clock_);
  const bool evicted = degradation.evicted && !link;
  add_timer(clock_ + lasts, evicted ? TimerKind::kEvict : TimerKind::kMended, id);
  update_rate();
  tell(Happening::kDegraded, strike.cause, rate_);
}

// Numbers go wrong only where there is something to compute.
void Replica::corrupt(Strike& strike) {
  result_.corruptions[strike.cause] += 1.0;
  failures_.mend(strike.unit, clock_);
  if (stage_ != Stage::kUp || corruption_) return;
  const bool in_host = takes_hosts(scenario_->causes[strike.cause].scope);
  const std::uint64_t id = next_id_++;
  corruption_ = {id, strike.cause, in_host ? slot_of(strike) : -1, clock_};
  add_timer(clock_ + scenario_->corruption_found.draw(strike.random), TimerKind::kFound, id);
  tell(Happening::kCorrupted, strike.cause);
}

// A job that waits for hosts does not run: hosts may fail, but nothing interrupts it.
void Replica::crash(Strike& strike, bool hang) {
  if (stage_ == Stage::kHosts && !takes_hosts(scenario_->causes[strike.cause].scope)) {
    failures_.mend(strike.unit, clock_);
    return;
  }
  if (stage_ != Stage::kHosts) result_.interruptions[strike.cause] += 1.0;
  // Later draws of this recovery belong to this failure, whatever came before it.
  stage_random_ =
      base::RandomStream(seed_, replica_, mixed(strike.stream, base::stream_of("recovery")));
  const Stop why = hang ? Stop::kHang : Stop::kCrash;
  const Damage damage = collect_hits(strike);
  if (slice_down(strike, why)) return;
  stop(why, strike.cause, damage, strike.random);
}

// Which hosts a failure takes out, and how long each is away. A unit in no host is mended at once.
Damage Replica::collect_hits(Strike& strike) {
  const auto& cause = scenario_->causes[strike.cause];
  const bool transient = strike.transient < cause.transient;
  const bool mends = !transient && strike.mended >= scenario_->hosts.returned_bad;
  if (!takes_hosts(cause.scope)) {
    if (mends) failures_.renew(strike.unit, clock_);
    if (!mends) failures_.mend(strike.unit, clock_);
    return Damage::kProcess;
  }
  const auto& repair =
      transient ? scenario_->hosts.reboot : cause.repair.value_or(scenario_->hosts.out_of_band);
  const std::int64_t first = slot_of(strike);
  const std::int64_t block = block_of(scenario_->fleet, cause.scope);
  const double takes = repair.draw(strike.random);
  if (block <= 1) {
    hit(cause, first, takes, strike.unit, mends);
    return damage_of(cause.scope);
  }
  if (strike.unit >= 0) failures_.renew(strike.unit, clock_);
  const std::int64_t from = first / block * block;
  const std::int64_t to = std::min(from + block, scenario_->fleet.hosts);
  for (std::int64_t slot = from; slot < to; ++slot) {
    if (slot == first || strike.random.uniform() < cause.affects) {
      hit(cause, slot, takes, -1, false);
    }
  }
  return damage_of(cause.scope);
}

void Replica::hit(const Cause& cause, std::int64_t slot, double repair, int unit, bool mends) {
  const bool gone = std::find(vacant_.begin(), vacant_.end(), slot) != vacant_.end();
  const bool leaves = std::any_of(leaving_.begin(), leaving_.end(),
                                  [slot](const Leaving& one) { return one.slot == slot; });
  const int host = gone ? -1 : host_at(slot);
  if (host >= 0) {
    if (unit >= 0 && failures_.host_of(unit) < 0) failures_.place(unit, host);
    if (damage_of(cause.scope) == Damage::kHost) ++incidents_[static_cast<std::size_t>(host)];
  }
  if (gone || leaves) {
    failures_.mend(unit, clock_);
    return;
  }
  const auto number = static_cast<std::size_t>(&cause - scenario_->causes.data());
  leaving_.push_back({slot, repair, unit, mends, number});
}

// A slow host has been found. A job that runs saves first; one that is down lets it go with the
// others, or once it is up again.
void Replica::evict(std::uint64_t id) {
  const auto found = std::find_if(slowed_.begin(), slowed_.end(),
                                  [id](const Slowed& one) { return one.id == id; });
  if (found == slowed_.end()) return;
  const bool up = stage_ == Stage::kUp;
  const bool hosts_to_come =
      stage_ == Stage::kDetect || stage_ == Stage::kLocalise || stage_ == Stage::kMaintain;
  if (!up && !hosts_to_come && stage_ != Stage::kHosts) {
    add_timer(stage_end_, TimerKind::kEvict, id);
    return;
  }
  const Leaving leaving{found->slot, found->repair.draw(stage_random_), -1, false, found->cause};
  if (up && !planned_) {
    result_.interruptions[found->cause] += 1.0;
    planned_ = Stop::kEviction;
    planned_loss_ = found->cause;
    planned_leaving_.push_back(leaving);  // and slow until it is out
    if (!saving_) start_save();
    return;
  }
  leaving_.push_back(leaving);
  if (stage_ != Stage::kHosts) return;
  release_hosts();
  fill_slots();
}

void Replica::found_corruption(std::uint64_t id) {
  // A rollback for another reason may have undone it.
  if (!corruption_ || corruption_->id != id) return;
  const Corruption corruption = *corruption_;
  result_.interruptions[corruption.cause] += 1.0;
  clean_before_ = std::min(clean_before_, corruption.since);
  if (corruption.slot >= 0) {
    const auto& cause = scenario_->causes[corruption.cause];
    const auto& repair = cause.repair.value_or(scenario_->hosts.out_of_band);
    hit(cause, corruption.slot, repair.draw(stage_random_), -1, false);
  }
  stop(Stop::kCorruption, corruption.cause, Damage::kProcess, stage_random_);
}

// Saves first, then stops.
void Replica::maintain() {
  if (planned_) return;
  planned_ = Stop::kMaintenance;
  planned_loss_ = scenario_->causes.size() + 1;
  if (!saving_) start_save();
}

// The throughput of the present state, and whom its slowness is charged to.
void Replica::update_rate() {
  Signature links;
  Signature devices;
  std::size_t link_cause = 0;
  std::size_t device_cause = 0;
  for (const auto& one : slowed_) {
    const double slowdown = scenario_->causes[one.cause].degradation.slowdown;
    const bool is_link = one.slot < 0;
    double& worst = is_link ? links.link_slowdown : devices.device_slowdown;
    if (is_link) ++links.slow_links;
    if (slowdown < worst) continue;
    worst = slowdown;
    (is_link ? link_cause : device_cause) = one.cause;
  }
  Signature state = devices;
  state.slow_links = links.slow_links;
  state.link_slowdown = links.link_slowdown;
  const bool has_devices = devices.device_slowdown > 1.0;
  slow_cause_ = has_devices ? device_cause : link_cause;
  if (has_devices && links.slow_links > 0 &&
      step_times_->relative(links) < step_times_->relative(devices)) {
    slow_cause_ = link_cause;
  }
  rate_ = throughput(state);
}

// Of a state with the hosts that are missing.
double Replica::throughput(Signature state) const {
  if (missing() == 0) return step_times_->relative(state);
  const auto mode = scenario_->elastic.mode;
  Signature rerouted = state;
  rerouted.rerouted_hosts = static_cast<int>(missing());
  if (mode == Elastic::kReroute) return step_times_->relative(rerouted);
  state.lost_replicas = lost_replicas();
  state.keeps_batch = scenario_->elastic.keeps_batch;
  const double shrunk = step_times_->relative(state);
  return mode == Elastic::kBest ? std::max(shrunk, step_times_->relative(rerouted)) : shrunk;
}

}  // namespace weft::campaign
