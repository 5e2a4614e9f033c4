// Who computes what: turns on their way to threads, answers on their way back. Internal to the
// room.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "batch.h"
#include "weft/ask/question.h"
#include "weft/sweep/design.h"

namespace weft::sweep {

// A queue between threads.
template <class T>
class Queue {
 public:
  void push(T value) {
    const std::lock_guard lock(mutex_);
    values_.push_back(std::move(value));
    changed_.notify_one();
  }
  // Nobody waits any more.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }
  // Waits; nothing once it is closed and empty.
  std::optional<T> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_closed_ || !values_.empty(); });
    return first();
  }
  // Waits for so long at most.
  template <class Duration>
  std::optional<T> take_within(Duration most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, [&] { return is_closed_ || !values_.empty(); });
    return first();
  }
  [[nodiscard]] bool is_empty() {
    const std::lock_guard lock(mutex_);
    return values_.empty();
  }

 private:
  std::optional<T> first() {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    return value;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> values_;
  bool is_closed_ = false;
};

// Hands out the turns that are left, in pieces that take about a tenth of a second each.
class Sharing {
 public:
  // `done` is by case; `takers` of all ranks share what is left.
  Sharing(const Design& design, std::vector<bool> done, int takers);

  [[nodiscard]] std::int64_t left() const { return left_; }
  // Nothing when all are handed out, or after stop().
  std::optional<Turns> next();
  // A case took so long.
  void note(double seconds);
  void stop();

 private:
  [[nodiscard]] bool is_done(std::int64_t turn) const;
  [[nodiscard]] std::int64_t size() const;

  std::mutex mutex_;
  const Design& design_;
  std::vector<bool> done_;
  int takers_;
  std::int64_t at_ = 0;
  std::int64_t left_ = 0;  // not handed out
  double seconds_ = 0;     // a case; 0: not known yet
};

struct Answered {
  Batch batch;
  double seconds = 0;  // a case
};

// Threads that compute, while the one that made it does something else.
class Pool {
 public:
  using Take = std::function<std::optional<Turns>()>;
  Pool(const ask::Question& question, const Design& design, int threads, Take take,
       const std::atomic<int>& stop);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Queue<Answered>& answers() { return answers_; }
  // No more answers come than are in the queue.
  [[nodiscard]] bool is_over() const { return is_over_; }
  // Other threads end with the case at hand, or when what they take from is closed.
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  // Of a thread that failed; to be called when it is over.
  void rethrow() const;

 private:
  void compute(const ask::Question& question, const Design& design, const Take& take);

  const std::atomic<int>& stop_;
  std::atomic<bool> is_over_ = false;
  std::atomic<bool> has_failed_ = false;
  std::exception_ptr error_;
  Queue<Answered> answers_;
  std::thread thread_;
};

}  // namespace weft::sweep
