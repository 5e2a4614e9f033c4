// Carries out schedules: ranks go from step to step and hand their messages to the flow engine.
// Internal to the room.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "ways.h"
#include "weft/flow/engine.h"
#include "weft/traffic/run.h"

namespace weft::traffic {

class Courier final : public flow::Source {
 public:
  // `all_to_all`: which efficiency the capacities hold; messages of jobs under the other one are
  // stretched.
  Courier(const Network& network, std::span<const Job> jobs, const RunOptions& options,
          bool all_to_all);

  void advance(double now, std::span<const flow::Completion> finished,
               std::vector<flow::Transfer>& starts) override;
  std::optional<flow::RouteId> reroute(double now, const flow::Transfer& transfer) override;

  [[nodiscard]] Ways& ways() { return ways_; }
  // Fills finish, time, events and failed.
  void report(RunResult& result) const;

 private:
  // One rank of one job.
  struct Rank {
    std::int64_t step = -1;
    double ready = 0;         // s, when all that it has waited for so far was there
    std::int32_t waits = 0;   // messages of this step, sent or received, that are not done
    std::int32_t early = -1;  // first of the messages that came before their step
    std::int32_t job = 0;
  };
  struct Early {
    std::int64_t step;
    double time;
    std::int32_t next;
  };
  // A message under way; `from` and `to` count through the ranks of all jobs.
  struct Flight {
    std::int64_t step = 0;
    double bytes = 0;
    std::int32_t from = 0;
    std::int32_t to = 0;
    std::int32_t way = -1;
  };
  // The way of the k-th message of a rank the last time.
  struct Last {
    std::int32_t to = -1;
    std::int32_t channel = 0;
    std::int32_t way = -1;
    double extra = 0;  // bytes
    double scale = 1;
  };
  struct JobState {
    const Job* job = nullptr;
    std::int64_t steps = 0;
    std::int32_t first = 0;  // of its ranks
    std::size_t last_first = 0;
    std::size_t last_width = 0;
    std::int64_t unfinished = 0;
    double finish = 0;
  };

  void start_jobs(std::vector<flow::Transfer>& starts);
  void take(double now, const flow::Completion& completion, std::vector<flow::Transfer>& starts);
  void arrived(std::int32_t rank, std::int64_t step, double time);
  void go_on(std::int32_t rank, std::vector<flow::Transfer>& starts);
  bool enter_step(std::int32_t rank, std::vector<flow::Transfer>& starts);
  void take_early(Rank& rank);
  void send(std::int32_t rank, const Message& message, std::size_t place,
            std::vector<flow::Transfer>& starts);
  [[nodiscard]] int parts_of(const Job& job, std::int32_t from, const Message& message,
                             int tier) const;
  Last look_up(const JobState& job, std::int32_t rank, const Message& message);
  [[nodiscard]] double latency_of(const Flight& flight) const;
  void settle(std::vector<flow::Transfer>& starts);
  void look_ahead(const Flight& flight);
  [[nodiscard]] std::pair<std::int32_t, std::int32_t> devices_of(const Flight& flight) const;
  void lose(const Flight& flight);
  [[noreturn]] void complain(const Flight& flight) const;
  std::int32_t take_flight();
  void free_flight(std::int32_t id);

  const Network& network_;
  const graph::Graph& graph_;
  Ways ways_;
  bool all_to_all_;
  std::vector<JobState> jobs_;
  std::vector<Rank> ranks_;
  std::vector<Early> early_;
  std::vector<std::int32_t> free_early_;
  std::vector<Flight> flights_;
  std::int32_t free_flight_ = -1;  // first of those not in use, which are chained by `from`
  std::vector<Last> last_;
  std::vector<Message> messages_;
  bool has_unsettled_ = false;
  bool looks_ahead_ = false;
  std::int64_t events_ = 0;
  std::int64_t failed_ = 0;
  std::set<std::pair<std::int32_t, std::int32_t>> parted_;
  std::optional<std::pair<std::int32_t, std::int32_t>> first_parted_;
};

}  // namespace weft::traffic
