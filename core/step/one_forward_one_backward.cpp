// 1F1B and its interleaved form (Narayanan et al., arXiv 2104.04473, §2.2; Megatron-Core's order).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "index.h"
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
    const auto round = static_cast<std::int64_t>(p_) * v_;
    period_ = v_ == 1 ? 1 : round;
    s_.stages.resize(at(p_));
    for (int i = 0; i < p_; ++i) s_.stages[at(i)] = {warm_up(i), 0, 0, 0, times.start[at(i)]};
    s_.chunk_of_step.resize(at(period_));
    for (std::int64_t k = 0; k < period_; ++k) s_.chunk_of_step[at(k)] = static_cast<int>(k) / p_;
    if (v_ == 1) s_.chunk_of_step[0] = 0;
    // Growable: a folded replay touches only a few rounds.
    capacity_ = std::min<std::int64_t>(steps_, stage(0).warm_up + 16 * period_);
    for (auto* values : all_values()) values->resize(std::max(values->size(), at(capacity_ * p_)));
  }

  double run(Folding folding) {
    if (folding == Folding::kFolded) rounds();
    advance(std::numeric_limits<std::int64_t>::max());
    double end = 0;
    for (int i = 0; i < p_; ++i) end = std::max(end, stage(i).cursor + times_.tail[at(i)]);
    return end;
  }

 private:
  StageProgress& stage(int i) { return s_.stages[at(i)]; }
  std::array<std::vector<double>*, 4> all_values() {
    return {&s_.forward_end, &s_.backward_end, &s_.forward_gap, &s_.backward_gap};
  }

  // Forward passes of a stage before its first backward pass.
  [[nodiscard]] std::int64_t warm_up(int i) const {
    const std::int64_t behind = p_ - i - 1;
    const std::int64_t count =
        v_ == 1 ? behind : 2 * behind + static_cast<std::int64_t>(v_ - 1) * p_;
    return std::min(count, steps_);
  }

  // Chunk of a forward step; of a backward step, counted from the last chunk.
  [[nodiscard]] int chunk_of(std::int64_t step) const {
    return v_ == 1 ? 0 : s_.chunk_of_step[at(step % period_)];
  }

  // Times live in one array per direction, stage-major. Grows by re-laying when full.
  void reserve(std::int64_t step) {
    if (step < capacity_) return;
    const auto old = capacity_;
    capacity_ = std::max<std::int64_t>(2 * capacity_, 64);
    for (auto* values : all_values()) {
      values->resize(std::max(values->size(), at(capacity_ * p_)));
      for (int i = p_ - 1; i > 0; --i) {
        std::copy_backward(values->begin() + i * old, values->begin() + (i + 1) * old,
                           values->begin() + i * capacity_ + old);
      }
    }
  }
  [[nodiscard]] std::size_t cell(int i, std::int64_t step) const {
    return at(i * capacity_ + step);
  }

  struct Operation {
    bool is_forward = true;
    std::int64_t step = 0;
  };

  // The operation of a stage at a position of its order: forwards of the warm-up, then one forward
  // and one backward in turn, then the remaining backwards.
  [[nodiscard]] Operation operation(int i, std::int64_t position) const {
    const auto warm = s_.stages[at(i)].warm_up;
    if (position < warm) return {true, position};
    const auto pair = position - warm;
    if (pair < 2 * (steps_ - warm)) return {pair % 2 == 0, (pair % 2 == 0 ? warm : 0) + pair / 2};
    return {false, position - steps_};
  }

  // When what a forward step waits for has ended: minus infinity if for nothing, NaN if not yet.
  [[nodiscard]] double input_of_forward(int i, std::int64_t step, int chunk) const {
    if (i > 0) return ended(true, i - 1, step) + times_.transfer;
    if (chunk == 0) return -std::numeric_limits<double>::infinity();
    return ended(true, p_ - 1, step - p_) + times_.transfer;
  }

  [[nodiscard]] double input_of_backward(int i, std::int64_t step, int from_last) const {
    if (i < p_ - 1) return ended(false, i + 1, step) + times_.transfer;
    // The last stage turns round: its last chunk's forward pass of the same micro-batch.
    if (from_last == 0) return ended(true, i, step + static_cast<std::int64_t>(v_ - 1) * p_);
    return ended(false, 0, step - p_) + (p_ > 1 ? times_.transfer : 0.0);
  }

  [[nodiscard]] double ended(bool is_forward, int i, std::int64_t step) const {
    const auto& stage = s_.stages[at(i)];
    if (step >= (is_forward ? stage.forwards : stage.backwards)) {
      return std::numeric_limits<double>::quiet_NaN();
    }
    return (is_forward ? s_.forward_end : s_.backward_end)[cell(i, step)];
  }

  // Executes the next operation of a stage if what it waits for is known.
  bool try_one(int i, StageProgress& stage) {
    const auto op = operation(i, stage.forwards + stage.backwards);
    const int turn = chunk_of(op.step);
    const double ready =
        op.is_forward ? input_of_forward(i, op.step, turn) : input_of_backward(i, op.step, turn);
    if (std::isnan(ready)) return false;
    reserve(op.step);
    const int chunk = op.is_forward ? turn : v_ - 1 - turn;
    const auto& durations = op.is_forward ? times_.forward : times_.backward;
    const double gap = std::isinf(ready) ? 0.0 : stage.cursor - ready;
    stage.cursor = std::max(stage.cursor, ready) + durations[at(chunk * p_ + i)];
    const auto to = cell(i, op.step);
    (op.is_forward ? s_.forward_gap : s_.backward_gap)[to] = gap;
    (op.is_forward ? s_.forward_end : s_.backward_end)[to] = stage.cursor;
    ++(op.is_forward ? stage.forwards : stage.backwards);
    return true;
  }

  // Runs every stage as far as it goes while stage 0 stops at `limit` operations. The order in
  // which stages are tried changes nothing: who waits for whom is fixed.
  void advance(std::int64_t limit) {
    s_.to_try.clear();
    for (int i = 0; i < p_; ++i) s_.to_try.push_back(i);
    while (!s_.to_try.empty()) {
      const int i = s_.to_try.back();
      s_.to_try.pop_back();
      auto& progress = stage(i);
      auto left = (i == 0 ? std::min(limit, 2 * steps_) : 2 * steps_) - progress.forwards -
                  progress.backwards;
      const auto before = left;
      while (left > 0 && try_one(i, progress)) --left;
      if (left == before) continue;
      // Only the neighbours, round the corner with several chunks, can have waited for this.
      if (i > 0 || v_ > 1) s_.to_try.push_back(i > 0 ? i - 1 : p_ - 1);
      if (i < p_ - 1 || v_ > 1) s_.to_try.push_back(i < p_ - 1 ? i + 1 : 0);
    }
  }

  // Round by round of stage 0, jumping where the rounds repeat.
  void rounds() {
    const auto warm = stage(0).warm_up;
    advance(warm);
    int stable = 0;
    for (std::int64_t round = 1; warm + (round + 2) * period_ <= steps_; ++round) {
      for (auto& stage : s_.stages) stage.mark = stage.forwards + stage.backwards;
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

  // Calls body(ends, gaps, step) for every operation of the last round, until it says false.
  template <class Body>
  bool all_of_round(Body body) const {
    for (int i = 0; i < p_; ++i) {
      const auto& stage = s_.stages[at(i)];
      for (auto position = stage.mark; position < stage.forwards + stage.backwards; ++position) {
        const auto op = operation(i, position);
        const auto& ends = op.is_forward ? s_.forward_end : s_.backward_end;
        const auto& gaps = op.is_forward ? s_.forward_gap : s_.backward_gap;
        if (!body(&ends[cell(i, 0)], &gaps[cell(i, 0)], op.step)) return false;
      }
    }
    return true;
  }

  // Whether every operation of the last round came as much later than in the round before as that
  // one did, so that end times and gaps are linear in the round.
  [[nodiscard]] bool repeats() const {
    for (const auto& stage : s_.stages) {
      if (stage.forwards + stage.backwards - stage.mark != 2 * period_) return false;
    }
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
  [[nodiscard]] std::int64_t longest_jump() const {
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

  // Pretends that `jump` rounds have passed: fewer steps are left, and all that later operations
  // can still see is later by so many rounds.
  void skip(std::int64_t jump) {
    const auto times = static_cast<double>(jump);
    for (int i = 0; i < p_; ++i) {
      auto& progress = stage(i);
      const auto last = operation(i, progress.forwards + progress.backwards - 1);
      const auto& ends = last.is_forward ? s_.forward_end : s_.backward_end;
      const double* end = &ends[cell(i, 0)];
      progress.cursor += times * (end[last.step] - end[last.step - period_]);
      shift(&s_.forward_end[cell(i, 0)], &s_.forward_gap[cell(i, 0)], progress.forwards, times);
      shift(&s_.backward_end[cell(i, 0)], &s_.backward_gap[cell(i, 0)], progress.backwards, times);
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
