// One job for weeks as discrete events, internal to the room. The job is up (working or saving) or
// down (in a stage of its recovery); between two events its time is charged in closed form, so that
// the cost grows with events and checkpoints, not with devices or steps.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checkpoint_store.h"
#include "failure_source.h"
#include "host_pool.h"
#include "weft/campaign/outlook.h"

namespace weft::campaign {

inline constexpr double kMonth = 30 * 86400.0;  // s; ReplicaResult::by_month

class Replica {
 public:
  Replica(const Scenario& scenario, StepTimes& step_times, std::uint64_t seed,
          std::uint64_t replica, std::size_t timeline_entries);
  ReplicaResult run();
  // Fills ReplicaResult::stretches.
  void remember_stretches() { with_stretches_ = true; }

 private:
  enum class Stage {
    kDetect,
    kLocalise,
    kHosts,  // until there is one for every slot, or enough
    kProvision,
    kRestart,
    kInitialise,
    kLoad,
    kSliceDown,
    kScaleUp,
    kMaintain,
    kUp
  };
  enum class TimerKind { kMended, kEvict, kFound, kMaintenance, kRebuilt };
  struct Timer {
    double time;
    std::uint64_t order;
    TimerKind kind;
    std::uint64_t id;
    bool operator<(const Timer& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };
  // Running on, slower.
  struct Slowed {
    std::uint64_t id;
    std::size_t cause;
    std::int64_t slot;  // negative: a link
    Duration repair;
  };
  // Something that leaves the job when the failure has been localised.
  struct Leaving {
    std::int64_t slot;
    double repair;  // s
    int unit;       // that failed, or -1
    bool mends;     // the repair cures it
    std::size_t cause;
  };
  // A host in place whose replica is being built up.
  struct Rebuilding {
    std::int64_t slot;
    std::uint64_t id;
  };
  struct Corruption {
    std::uint64_t id = 0;
    std::size_t cause = 0;
    std::int64_t slot = -1;
    double since = std::numeric_limits<double>::infinity();
  };
  // One failure with all that is drawn for it, in a fixed order, so that the draws of a what-if
  // stay those of the same failure.
  struct Strike {
    std::size_t cause;
    int unit;
    std::uint64_t stream;
    base::RandomStream random;
    double transient = 0;  // uniforms
    double fatal = 0;
    double mended = 0;
    double place = 0;
  };

  // replica.cpp: the loop, and time while the job is up
  void train_until(double until);
  bool train_part(double until);
  [[nodiscard]] double time_of_work(double work) const;
  void start_save();
  void finish_save();
  void begin_segment();
  double next_event();
  void handle_event();
  void handle_timer();
  void remember(TimeClass time_class, double until);
  void stall(TimeClass time_class, double until);
  void charge(TimeClass time_class, double until, std::size_t loss);
  void charge_work(double until);
  void charge_missing(TimeClass time_class, double time);
  void settle_hosts_out();
  void tell_where_hosts_are();
  void tell(Happening happening, std::size_t cause, double amount = 0);
  ReplicaResult finish();

  // replica_failures.cpp: what a failure does
  void handle_failure();
  [[nodiscard]] Strike strike_of(const Failure& failure) const;
  void lose_spare(const Failure& failure);
  void degrade(Strike& strike);
  void corrupt(Strike& strike);
  void crash(Strike& strike, bool hang);
  Damage collect_hits(Strike& strike);
  void hit(const Cause& cause, std::int64_t slot, double repair, int unit, bool mends);
  void evict(std::uint64_t id);
  void found_corruption(std::uint64_t id);
  void maintain();
  [[nodiscard]] std::int64_t pick_slot(double place) const;
  [[nodiscard]] std::int64_t slot_of(const Strike& strike) const;
  int host_at(std::int64_t slot);
  void update_rate();
  [[nodiscard]] double throughput(Signature state) const;

  // replica_recovery.cpp: how the job comes back
  void stop(Stop why, std::size_t loss, Damage damage, base::RandomStream& random);
  void recover_until(double until);
  void enter(Stage stage);
  void next_stage();
  static TimeClass class_of(Stage stage);
  void release_hosts();
  void fill_slots();
  void run_again();
  void roll_back();
  void host_came_back(int host);
  bool slice_down(Strike& strike, Stop why);
  void rebuild_with_spares();
  void slot_rebuilt(std::uint64_t id);
  std::int64_t put_in_place(const HostPool::Spare& spare);
  [[nodiscard]] int lost_replicas() const;
  [[nodiscard]] bool has_enough_replicas() const;
  [[nodiscard]] bool may_run_without() const;
  [[nodiscard]] std::int64_t missing() const;
  [[nodiscard]] bool is_stuck() const;
  [[nodiscard]] bool is_hopeless() const;
  void add_timer(double time, TimerKind kind, std::uint64_t id);

  const Scenario* scenario_;
  StepTimes* step_times_;
  std::uint64_t seed_;
  std::uint64_t replica_;
  std::size_t timeline_entries_;
  FailureSource failures_;
  HostPool pool_;
  CheckpointStore store_;
  std::priority_queue<Timer> timers_;
  std::uint64_t order_ = 0;

  ReplicaResult result_;
  double clock_ = 0;
  double work_ = 0;       // productive s so far that have not been lost
  double host_work_ = 0;  // productive host-s so far that have not been lost
  double rate_ = 1;
  double end_ = 0;  // of the window
  bool with_stretches_ = false;
  std::uint64_t events_ = 0;
  base::Time interval_;
  base::Time expected_between_;
  bool done_ = false;

  // up
  Stage stage_ = Stage::kUp;
  double stage_end_ = 0;
  bool saving_ = false;
  double save_end_ = 0;
  double save_began_ = 0;
  double next_save_work_ = 0;
  double may_save_at_ = 0;
  bool last_save_ = false;

  // down
  std::array<double, 7> stage_takes_{};  // kDetect … kLoad, drawn when the job stops
  std::size_t loss_ = 0;                 // whom the time is charged to
  bool rolls_back_ = false;
  base::RandomStream stage_random_;

  // hosts
  std::vector<Leaving> leaving_;
  std::vector<std::int64_t> vacant_;
  std::vector<Rebuilding> rebuilding_;
  std::unordered_map<std::int64_t, int> names_;  // slot → host, where hosts are told apart
  std::vector<std::int64_t> places_;             // by host: its slot, or -1
  std::vector<int> incidents_;                   // by host
  std::vector<std::pair<int, bool>> faulty_;     // by host: the unit that failed, and if cured
  std::unordered_map<std::int64_t, std::size_t> taken_by_;  // slot → cause of its last loss
  double out_since_ = 0;

  // degraded
  std::vector<Slowed> slowed_;
  std::size_t slow_cause_ = 0;
  std::uint64_t next_id_ = 0;
  std::optional<Corruption> corruption_;
  double clean_before_ = std::numeric_limits<double>::infinity();

  // after the next save: a planned stop
  std::optional<Stop> planned_;
  std::size_t planned_loss_ = 0;
  std::vector<Leaving> planned_leaving_;
  bool maintenance_due_ = false;
};

}  // namespace weft::campaign
