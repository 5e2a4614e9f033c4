// 1F1B and its interleaved form (Narayanan et al., arXiv 2104.04473, §2.2; Megatron-Core's order).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "schedules.h"

namespace weft::step {

namespace {

// Rounding noise of one round, relative to the time of a round.
constexpr double kNoise = 1e-13;
// Rounds that must repeat before the replay may jump.
constexpr int kStableRounds = 2;

class Replay {
 public:
  Replay(const PipelineTimes& times, PipelineScratch& scratch)
      : times_(times), s_(scratch), p_(times.stages), v_(times.chunks) {
    steps_ = times.micro_batches * v_;
    period_ = v_ == 1 ? 1 : static_cast<std::int64_t>(p_) * v_;
    // Growable: a folded replay touches only a few rounds.
    capacity_ = std::min<std::int64_t>(steps_, warm_up(0) + 16 * period_);
    const auto size = static_cast<std::size_t>(capacity_ * p_);
    for (auto* ends : {&s_.forward_end, &s_.backward_end, &s_.forward_gap, &s_.backward_gap}) {
      ends->resize(std::max(ends->size(), size));
    }
    s_.cursor.assign(times.start.begin(), times.start.end());
    for (auto* positions : {&s_.position, &s_.mark}) {
      positions->assign(static_cast<std::size_t>(p_), 0);
    }
  }

  double run(Folding folding) {
    if (folding == Folding::kFolded) {
      rounds();
    }
    advance(std::numeric_limits<std::int64_t>::max());
    double end = 0;
    for (int i = 0; i < p_; ++i) end = std::max(end, s_.cursor[at(i)] + times_.tail[at(i)]);
    return end;
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  // Forward passes of a stage before its first backward pass.
  [[nodiscard]] std::int64_t warm_up(int stage) const {
    const std::int64_t behind = p_ - stage - 1;
    const std::int64_t count =
        v_ == 1 ? behind : 2 * behind + static_cast<std::int64_t>(v_ - 1) * p_;
    return std::min(count, steps_);
  }

  [[nodiscard]] int chunk_of(std::int64_t step) const {
    return v_ == 1 ? 0 : static_cast<int>(step % period_) / p_;
  }

  // End times live in one array per direction, stage-major. Grows by re-laying when full.
  double& cell(std::vector<double>& ends, int stage, std::int64_t step) {
    if (step >= capacity_) grow();
    return ends[at(stage * capacity_ + step)];
  }

  void grow() {
    const auto old = capacity_;
    capacity_ = std::max<std::int64_t>(2 * capacity_, 64);
    for (auto* ends : {&s_.forward_end, &s_.backward_end, &s_.forward_gap, &s_.backward_gap}) {
      ends->resize(std::max(ends->size(), at(capacity_ * p_)));
      for (int i = p_ - 1; i > 0; --i) {
        std::copy_backward(ends->begin() + i * old, ends->begin() + (i + 1) * old,
                           ends->begin() + i * capacity_ + old);
      }
    }
  }

  struct Operation {
    bool is_forward = true;
    std::int64_t step = 0;
  };

  [[nodiscard]] Operation operation(int stage, std::int64_t position) const {
    const auto warm = warm_up(stage);
    if (position < warm) return {true, position};
    const auto pair = position - warm;
    if (pair < 2 * (steps_ - warm)) return {pair % 2 == 0, (pair % 2 == 0 ? warm : 0) + pair / 2};
    return {false, position - steps_};
  }

  // Forward passes a stage has done after `position` operations.
  [[nodiscard]] std::int64_t forwards_done(int stage, std::int64_t position) const {
    const auto warm = warm_up(stage);
    if (position <= warm) return position;
    return std::min(steps_, warm + (position - warm + 1) / 2);
  }

  // What an operation waits for: {stage, is_forward, step}; stage -1: nothing.
  struct Source {
    int stage = -1;
    bool is_forward = true;
    std::int64_t step = 0;
  };

  [[nodiscard]] Source source_of(int stage, Operation op) const {
    if (op.is_forward) {
      if (stage > 0) return {stage - 1, true, op.step};
      return chunk_of(op.step) > 0 ? Source{p_ - 1, true, op.step - p_} : Source{};
    }
    if (stage < p_ - 1) return {stage + 1, false, op.step};
    // The last stage turns round: its last chunk's forward pass of the same micro-batch.
    if (chunk_of(op.step) == 0) {
      return {p_ - 1, true, op.step + static_cast<std::int64_t>(v_ - 1) * p_};
    }
    return {0, false, op.step - p_};
  }

  [[nodiscard]] bool is_done(const Source& source) const {
    const auto position = s_.position[at(source.stage)];
    const auto forwards = forwards_done(source.stage, position);
    return source.step < (source.is_forward ? forwards : position - forwards);
  }

  // Executes one operation if what it waits for is known.
  bool try_one(int stage, Operation op) {
    const auto source = source_of(stage, op);
    double ready = -std::numeric_limits<double>::infinity();
    if (source.stage >= 0) {
      if (!is_done(source)) return false;
      auto& ends = source.is_forward ? s_.forward_end : s_.backward_end;
      ready = cell(ends, source.stage, source.step);
      if (source.stage != stage) ready += times_.transfer;
    }
    auto& cursor = s_.cursor[at(stage)];
    const int chunk = op.is_forward ? chunk_of(op.step) : v_ - 1 - chunk_of(op.step);
    const auto& durations = op.is_forward ? times_.forward : times_.backward;
    auto& gaps = op.is_forward ? s_.forward_gap : s_.backward_gap;
    cell(gaps, stage, op.step) = source.stage < 0 ? 0.0 : cursor - ready;
    cursor = std::max(cursor, ready) + durations[at(chunk * p_ + stage)];
    cell(op.is_forward ? s_.forward_end : s_.backward_end, stage, op.step) = cursor;
    return true;
  }

  // Runs every stage as far as it goes while stage 0 stops at `limit` operations. The order in which
  // stages are tried changes nothing: who waits for whom is fixed.
  void advance(std::int64_t limit) {
    s_.to_try.clear();
    for (int i = 0; i < p_; ++i) s_.to_try.push_back(i);
    while (!s_.to_try.empty()) {
      const int i = s_.to_try.back();
      s_.to_try.pop_back();
      const auto last = i == 0 ? std::min(limit, 2 * steps_) : 2 * steps_;
      auto& position = s_.position[at(i)];
      const auto before = position;
      while (position < last && try_one(i, operation(i, position))) ++position;
      if (position == before) continue;
      // Only the neighbours, round the corner with several chunks, can have waited for this.
      if (i > 0 || v_ > 1) s_.to_try.push_back(i > 0 ? i - 1 : p_ - 1);
      if (i < p_ - 1 || v_ > 1) s_.to_try.push_back(i < p_ - 1 ? i + 1 : 0);
    }
  }

  // Round by round of stage 0, jumping where the rounds repeat.
  void rounds() {
    const auto warm = warm_up(0);
    advance(warm);
    int stable = 0;
    for (std::int64_t round = 1; warm + (round + 2) * period_ <= steps_; ++round) {
      for (int i = 0; i < p_; ++i) s_.mark[at(i)] = s_.position[at(i)];
      advance(warm + 2 * period_ * round);
      stable = repeats() ? stable + 1 : 0;
      if (stable < kStableRounds) continue;
      const auto left = (steps_ - warm) / period_ - round - 1;
      const auto jump = std::min(left, longest_jump());
      if (jump > 0) {
        skip(jump);
        stable = 0;
      }
    }
  }

  // Calls body(end, gap, step) for both directions of every operation of the last round.
  template <class Body>
  bool all_of_round(Body body) {
    for (int i = 0; i < p_; ++i) {
      for (auto position = s_.mark[at(i)]; position < s_.position[at(i)]; ++position) {
        const auto op = operation(i, position);
        auto& ends = op.is_forward ? s_.forward_end : s_.backward_end;
        auto& gaps = op.is_forward ? s_.forward_gap : s_.backward_gap;
        const auto row = i * capacity_;
        if (!body(&ends[at(row)], &gaps[at(row)], op.step)) return false;
      }
    }
    return true;
  }

  // Whether every operation of the last round came as much later than in the round before as that
  // one did, so that end times and gaps are linear in the round.
  bool repeats() {
    bool even = true;
    for (int i = 0; i < p_; ++i) {
      const auto advanced = s_.position[at(i)] - s_.mark[at(i)];
      even = even && advanced == 2 * period_;
    }
    if (!even) return false;
    return all_of_round([this](const double* end, const double* gap, std::int64_t k) {
      if (k < 2 * period_) return false;
      const double last = end[k] - end[k - period_];
      const double before = end[k - period_] - end[k - 2 * period_];
      const double drift = gap[k] - gap[k - period_];
      const double drift_before = gap[k - period_] - gap[k - 2 * period_];
      const double noise = kNoise * last;
      return std::abs(last - before) <= noise && std::abs(drift - drift_before) <= 2 * noise;
    });
  }

  // Rounds until some operation starts to wait for the other of its two predecessors.
  std::int64_t longest_jump() {
    auto jump = std::numeric_limits<std::int64_t>::max();
    all_of_round([this, &jump](const double* end, const double* gap, std::int64_t k) {
      const double drift = gap[k] - gap[k - period_];
      const double noise = kNoise * (end[k] - end[k - period_]);
      const bool approaches = gap[k] >= 0 ? drift < -2 * noise : drift > 2 * noise;
      if (approaches) {
        const double rounds = std::floor(-gap[k] / drift);
        if (rounds < static_cast<double>(jump)) jump = static_cast<std::int64_t>(rounds);
      }
      return true;
    });
    return jump;
  }

  // Pretends that `jump` rounds have passed: fewer steps are left, and all that later operations can
  // still see is later by so many rounds.
  void skip(std::int64_t jump) {
    const auto times = static_cast<double>(jump);
    for (int i = 0; i < p_; ++i) {
      const auto position = s_.position[at(i)];
      const auto forwards = forwards_done(i, position);
      const auto last = operation(i, position - 1);
      auto& last_ends = last.is_forward ? s_.forward_end : s_.backward_end;
      const auto row = i * capacity_;
      const double* end = &last_ends[at(row)];
      s_.cursor[at(i)] += times * (end[last.step] - end[last.step - period_]);
      shift(&s_.forward_end[at(row)], &s_.forward_gap[at(row)], forwards, times);
      shift(&s_.backward_end[at(row)], &s_.backward_gap[at(row)], position - forwards, times);
    }
    steps_ -= jump * period_;
  }

  // Moves the entries of the last three rounds before `done`, newest first, so that the difference
  // to the round before is still the old one.
  void shift(double* end, double* gap, std::int64_t done, double times) const {
    const auto least = std::max<std::int64_t>(period_, done - 3 * period_);
    for (auto k = done - 1; k >= least; --k) {
      end[k] += times * (end[k] - end[k - period_]);
      gap[k] += times * (gap[k] - gap[k - period_]);
    }
  }

  const PipelineTimes& times_;
  PipelineScratch& s_;
  int p_;
  int v_;
  std::int64_t steps_ = 0;   // virtual micro-steps left in the (contracted) schedule
  std::int64_t period_ = 1;  // steps after which the schedule repeats
  std::int64_t capacity_ = 0;
};

}  // namespace

double replay_one_forward_one_backward(const PipelineTimes& times, Folding folding,
                                       PipelineScratch& scratch) {
  return Replay(times, scratch).run(folding);
}

}  // namespace weft::step
