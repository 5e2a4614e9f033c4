#include "failure_source.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace weft::campaign {

namespace {

constexpr double kEndless = std::numeric_limits<double>::infinity();

class DefectLaw final : public Law {
 public:
  DefectLaw(LawPointer law, const WeibullShape& defect) : law_(std::move(law)), defect_(defect) {}
  [[nodiscard]] double cumulative(double age) const override {
    return law_->cumulative(age) + defect_.cumulative(age);
  }
  [[nodiscard]] double hazard(double age) const override {
    return law_->hazard(age) + defect_.hazard(age);
  }
  [[nodiscard]] LawPointer after_failure(double age, double uniform) const override {
    const auto other = law_->after_failure(age, uniform);
    return other ? with_defect(other, defect_) : nullptr;
  }

 private:
  LawPointer law_;
  WeibullShape defect_;
};

bool is_in_hosts(Scope scope) {
  return scope == Scope::kDevice || scope == Scope::kHost || scope == Scope::kRail;
}

}  // namespace

LawPointer with_defect(LawPointer law, const WeibullShape& defect) {
  return std::make_shared<DefectLaw>(std::move(law), defect);
}

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  // The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over a sum that is not
  // symmetric.
  std::uint64_t z = a * 0x9e3779b97f4a7c15U + b + 0x7f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

FailureSource::FailureSource(const Scenario& scenario, std::uint64_t seed, std::uint64_t replica)
    : scenario_(&scenario), seed_(seed), replica_(replica) {
  populations_.reserve(scenario.causes.size() + 1);
  for (std::size_t i = 0; i < scenario.causes.size(); ++i) {
    const auto& cause = scenario.causes[i];
    const auto name = base::stream_of(cause.name);
    double bad = 0;
    if (cause.bad_batch) {
      base::RandomStream random(seed, replica, mixed(name, base::stream_of("batch")));
      if (random.uniform() < cause.bad_batch->probability) {
        bad = std::round(cause.units * cause.bad_batch->share);
      }
      add_population(i, bad, with_defect(cause.law, cause.bad_batch->defect),
                     mixed(name, base::stream_of("bad")));
    }
    add_population(i, cause.units - bad, cause.law, mixed(name, base::stream_of("good")));
  }
  if (!scenario.hosts.unlimited) {
    idle_ = std::int64_t{scenario.hosts.warm} + scenario.hosts.cold;
    for (std::size_t i = 0; i < scenario.causes.size(); ++i) {
      const auto name = base::stream_of(scenario.causes[i].name);
      add_idle_population(i, mixed(name, base::stream_of("idle")));
    }
  }
  for (auto& population : populations_) draw(population, 0.0);
  find_next();
}

void FailureSource::add_population(std::size_t cause, double units, LawPointer law,
                                   std::uint64_t stream) {
  const auto& of = scenario_->causes[cause];
  Population population{.cause = cause,
                        .law = std::move(law),
                        .units = units,
                        .exposed = units,
                        .random = base::RandomStream(seed_, replica_, stream)};
  const double constant = population.law->constant();
  if (constant >= 0.0 && of.frailty.kind == Frailty::Kind::kNone) {
    // Tolerated failures of units that stay alike leave no trace: the rest is Poisson as well.
    population.rate = constant * (1.0 - of.tolerated);
  } else {
    population.told_apart = true;
    told_apart_ = true;
  }
  population.place =
      is_in_hosts(of.scope) ? Population::Place::kInJob : Population::Place::kElsewhere;
  population.serial = stream;
  populations_.push_back(std::move(population));
}

// Spares stand under the same power as the job's hosts and age with them.
void FailureSource::add_idle_population(std::size_t cause, std::uint64_t stream) {
  const auto& of = scenario_->causes[cause];
  if (!is_in_hosts(of.scope) || of.idle_hazard <= 0.0) return;
  Population population{.cause = cause,
                        .law = of.law,
                        .units = of.units,
                        .place = Population::Place::kIdle,
                        .serial = stream,
                        .random = base::RandomStream(seed_, replica_, stream)};
  const double constant = of.law->constant();
  if (constant >= 0.0 && of.frailty.kind == Frailty::Kind::kNone) {
    population.rate = constant * (1.0 - of.tolerated);
  }
  population.exposed = exposed_now(population);
  populations_.push_back(std::move(population));
}

double FailureSource::exposed_now(const Population& population) const {
  const auto hosts = static_cast<double>(scenario_->fleet.hosts);
  switch (population.place) {
    case Population::Place::kIdle:
      return population.units * static_cast<double>(idle_) / hosts *
             cause_of(population).idle_hazard;
    case Population::Place::kInJob:
      return std::max(
          0.0, population.units * (1.0 - static_cast<double>(vacant_) / hosts) - population.known);
    case Population::Place::kElsewhere:
      break;
  }
  return std::max(0.0, population.units - population.known);
}

double FailureSource::marginal_at(const Population& population, double time) const {
  const auto& cause = cause_of(population);
  return cause.frailty.marginal(population.law->cumulative(cause.age.si() + time));
}

void FailureSource::draw(Population& population, double now) {
  population.left = population.random.exponential(1.0);
  population.mark = population.random.uniform();
  if (population.rate >= 0.0) {
    const double tolerated = cause_of(population).tolerated;
    population.mark = tolerated + (1.0 - tolerated) * population.mark;
  }
  population.since = now;
  solve(population);
}

void FailureSource::solve(Population& population) const {
  if (population.exposed <= 0.0) {
    population.next = kEndless;
  } else if (population.rate >= 0.0) {
    population.next = population.since + population.left / (population.rate * population.exposed);
  } else {
    const auto& cause = cause_of(population);
    const double target =
        marginal_at(population, population.since) + population.left / population.exposed;
    const double age = population.law->age_at(cause.frailty.inverse(target));
    population.next = std::max(population.since, age - cause.age.si());
  }
}

// The number of units has changed: what is left of the draw holds on for the new number.
void FailureSource::expose(Population& population, double now) {
  const double exposed = exposed_now(population);
  if (exposed == population.exposed) return;
  const double grown = population.rate >= 0.0 ? population.rate * (now - population.since)
                                              : marginal_at(population, now) -
                                                    marginal_at(population, population.since);
  if (population.exposed > 0.0) {
    population.left = std::max(0.0, population.left - grown * population.exposed);
  }
  population.since = now;
  population.exposed = exposed;
  solve(population);
}

int FailureSource::tell_apart(std::size_t population, double now) {
  auto& from = populations_[population];
  const std::uint64_t name = mixed(from.serial, base::stream_of("unit"));
  Unit unit{.population = population,
            .law = from.law,
            .born = -cause_of(from).age.si(),
            .exposed = true,
            .name = name,
            .random = base::RandomStream(seed_, replica_, name)};
  learn(unit, now);
  units_.push_back(std::move(unit));
  from.known += 1.0;
  return static_cast<int>(units_.size()) - 1;
}

// What the failure of a unit says about it.
void FailureSource::learn(Unit& unit, double now) {
  const double age = now - unit.born;
  const auto& cause = cause_of(populations_[unit.population]);
  if (unit.frailty < 0.0) {
    unit.frailty = cause.frailty.after_failure(unit.law->cumulative(age), unit.random);
  }
  if (auto law = unit.law->after_failure(age, unit.random.uniform())) unit.law = std::move(law);
}

void FailureSource::draw(int unit, double now) {
  auto& one = units_[index(unit)];
  const auto& cause = cause_of(populations_[one.population]);
  const double age = now - one.born;
  const double grown = one.law->cumulative(age);
  const double left = one.random.exponential(1.0);
  one.mark = one.random.uniform();
  const double target = one.frailty >= 0.0
                            ? grown + left / one.frailty
                            : cause.frailty.inverse(cause.frailty.marginal(grown) + left);
  one.next = one.born + std::max(age, one.law->age_at(target));
  ++one.version;
  if (one.next < kEndless) due_.push({one.next, unit, one.version});
}

void FailureSource::hide(int unit, double now) {
  auto& one = units_[index(unit)];
  if (!one.exposed) return;
  one.exposed = false;
  ++one.version;
  change(now);
  populations_[one.population].known -= 1.0;
}

// Units come or go at `now`.
void FailureSource::change(double now) {
  if (changed_ && now != changed_at_) settle();
  changed_ = true;
  changed_at_ = now;
}

void FailureSource::settle() {
  if (!changed_) return;
  changed_ = false;
  for (auto& population : populations_) expose(population, changed_at_);
  find_next();
}

double FailureSource::next_time() {
  settle();
  return next_;
}

void FailureSource::find_next() {
  next_ = kEndless;
  next_population_ = -1;
  for (std::size_t i = 0; i < populations_.size(); ++i) {
    if (populations_[i].next < next_) {
      next_ = populations_[i].next;
      next_population_ = static_cast<int>(i);
    }
  }
  while (!due_.empty() && units_[index(due_.top().unit)].version != due_.top().version) due_.pop();
  if (!due_.empty() && due_.top().time < next_) {
    next_ = due_.top().time;
    next_population_ = -1;
  }
}

Failure FailureSource::take() {
  settle();
  Failure failure;
  failure.time = next_;
  if (next_population_ < 0) {
    failure.unit = due_.top().unit;
    due_.pop();
    auto& unit = units_[index(failure.unit)];
    ++unit.version;
    failure.cause = populations_[unit.population].cause;
    failure.stream = mixed(unit.name, ++unit.serial);
    failure.mark = unit.mark;
    learn(unit, next_);
  } else {
    const auto which = static_cast<std::size_t>(next_population_);
    auto& population = populations_[which];
    failure.cause = population.cause;
    failure.stream = mixed(++population.serial, base::stream_of("failure"));
    failure.mark = population.mark;
    failure.idle = population.place == Population::Place::kIdle;
    if (population.told_apart) {
      failure.unit = tell_apart(which, failure.time);
      population.exposed = std::max(0.0, population.exposed - 1.0);
    }
    draw(population, failure.time);
  }
  find_next();
  return failure;
}

void FailureSource::mend(int unit, double now) {
  if (unit < 0 || !units_[index(unit)].exposed) return;
  draw(unit, now);
  change(now);
}

void FailureSource::renew(int unit, double now) {
  if (unit < 0) return;
  auto& one = units_[index(unit)];
  one.law = populations_[one.population].law;
  one.frailty = -1.0;
  one.born = now;
  if (one.exposed) mend(unit, now);
}

void FailureSource::place(int unit, int host) {
  if (unit < 0 || units_[index(unit)].host >= 0) return;
  units_[index(unit)].host = host;
  if (by_host_.size() <= static_cast<std::size_t>(host)) {
    by_host_.resize(static_cast<std::size_t>(host) + 1);
  }
  by_host_[static_cast<std::size_t>(host)].push_back(unit);
}

void FailureSource::host_leaves(int host, double now) {
  if (host < 0 || static_cast<std::size_t>(host) >= by_host_.size()) return;
  for (const int unit : by_host_[static_cast<std::size_t>(host)]) hide(unit, now);
}

void FailureSource::host_joins(int host, double now) {
  if (host < 0 || static_cast<std::size_t>(host) >= by_host_.size()) return;
  for (const int unit : by_host_[static_cast<std::size_t>(host)]) {
    auto& one = units_[index(unit)];
    if (one.exposed) continue;
    one.exposed = true;
    change(now);
    populations_[one.population].known += 1.0;
    draw(unit, now);
  }
}

void FailureSource::set_hosts(std::int64_t vacant, std::int64_t idle, double now) {
  if (vacant == vacant_ && idle == idle_) return;
  change(now);
  vacant_ = vacant;
  idle_ = idle;
}

}  // namespace weft::campaign
