// When what fails next, internal to the room. Units of a cause that nobody has looked at are one
// population: its next failure comes when the cumulative hazard of all has grown by an exponential
// draw, whatever their number. Only a unit that has failed becomes one of its own, and only where
// it differs from the others afterwards (age, frailty, defect).
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "weft/base/random.h"
#include "weft/campaign/scenario.h"

namespace weft::campaign {

struct Failure {
  double time = 0;
  std::size_t cause = 0;
  int unit = -1;             // of FailureSource, where units of this cause are told apart
  std::uint64_t stream = 0;  // substream of what happens next: the same in every what-if
  double mark = 0;           // uniform in (0, 1): its outcome
  bool idle = false;         // of a spare that waits
};

class FailureSource {
 public:
  FailureSource(const Scenario& scenario, std::uint64_t seed, std::uint64_t replica);

  // Whether any unit is told apart, so that hosts need names.
  [[nodiscard]] bool has_known_units() const { return told_apart_; }
  [[nodiscard]] double next_time();
  // The failure at next_time(). A unit that is told apart waits for mend(), renew() or its host.
  Failure take();

  // The unit goes on: as bad as old, or as a new one of its kind.
  void mend(int unit, double now);
  void renew(int unit, double now);
  // A unit fails only while its host is in the job.
  void place(int unit, int host);
  void host_leaves(int host, double now);
  void host_joins(int host, double now);
  // Units in hosts count in proportion to the hosts that are in place, those of spares to the hosts
  // that wait (Cause::idle_hazard); units in spares are not told apart.
  void set_hosts(std::int64_t vacant, std::int64_t idle, double now);
  [[nodiscard]] int host_of(int unit) const { return units_[index(unit)].host; }

 private:
  // Units of one cause (and batch) that are alike.
  struct Population {
    std::size_t cause = 0;
    LawPointer law;
    double units = 0;    // in the whole job
    double known = 0;    // of them told apart and in place
    double exposed = 0;  // units that this population stands for now
    double rate = -1;    // constant hazard of one unit that is not tolerated; negative: ages
    bool told_apart = false;
    enum class Place { kElsewhere, kInJob, kIdle };
    Place place = Place::kElsewhere;
    double left = 0;  // cumulative hazard of all until the next failure, from `since` on
    double since = 0;
    double next = 0;
    double mark = 0;
    std::uint64_t serial = 0;
    base::RandomStream random;
  };
  struct Unit {
    std::size_t population = 0;
    LawPointer law;
    double frailty = -1;  // Z; negative: not known
    double born = 0;      // on the clock of the run
    int host = -1;
    bool exposed = false;
    std::uint32_t version = 0;  // of `next`; older entries of the queue are stale
    double next = 0;
    double mark = 0;
    std::uint64_t name = 0;
    std::uint64_t serial = 0;
    base::RandomStream random;
  };
  struct Due {
    double time;
    int unit;
    std::uint32_t version;
    bool operator<(const Due& other) const {
      return time != other.time ? time > other.time : unit > other.unit;
    }
  };
  static std::size_t index(int unit) { return static_cast<std::size_t>(unit); }

  void add_population(std::size_t cause, double units, LawPointer law, std::uint64_t stream);
  void add_idle_population(std::size_t cause, std::uint64_t stream);
  [[nodiscard]] double exposed_now(const Population& population) const;
  [[nodiscard]] const Cause& cause_of(const Population& population) const {
    return scenario_->causes[population.cause];
  }
  [[nodiscard]] double marginal_at(const Population& population, double time) const;
  void draw(Population& population, double now);
  void solve(Population& population) const;
  void expose(Population& population, double now);
  void change(double now);
  void settle();
  int tell_apart(std::size_t population, double now);
  void learn(Unit& unit, double now);
  void draw(int unit, double now);
  void hide(int unit, double now);
  void find_next();

  const Scenario* scenario_;
  std::uint64_t seed_;
  std::uint64_t replica_;
  bool told_apart_ = false;
  std::int64_t vacant_ = 0;
  std::int64_t idle_ = 0;
  std::vector<Population> populations_;
  std::vector<Unit> units_;
  std::vector<std::vector<int>> by_host_;
  std::priority_queue<Due> due_;
  // Changes wait until somebody asks for the next failure: hosts that leave and are replaced at
  // once change nothing.
  bool changed_ = false;
  double changed_at_ = 0;
  double next_ = 0;
  int next_population_ = -1;  // negative: a unit
};

// Mixes numbers into one stream number.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b);

// A law with the defect of a bad batch on top.
LawPointer with_defect(LawPointer law, const WeibullShape& defect);

}  // namespace weft::campaign
