// The max-plus recurrences of any schedule, jumping over rounds that repeat.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "compiled_order.h"
#include "index.h"
#include "schedules.h"

namespace weft::step {

namespace {

// Rounding of an end time, relative to it.
constexpr double kNoise = 1e-15;
// Rounds after which a schedule may repeat itself: with transfers between stages a critical path
// may need several rounds to come back to its stage.
constexpr int kMostCycle = 8;
constexpr int kRemembered = 3 * kMostCycle;
// Predecessors of an operation: the one before it on its stage, and two inputs.
constexpr std::size_t kPredecessors = 3;
constexpr double kNone = std::numeric_limits<double>::infinity();

class Replay {
 public:
  Replay(const CompiledOrder& order, std::int64_t rounds, const PipelineTimes& times,
         PipelineScratch& scratch)
      : order_(order), rounds_(rounds), times_(times), s_(scratch), mask_(order.window - 1) {
    s_.ends.resize(std::max(s_.ends.size(), at(order.rows) * order.window));
    s_.cursor.assign(times.start.begin(), times.start.end());
    s_.begin.assign(at(times.stages), -1.0);
  }

  double run(Folding folding) {
    all_of(0, order_.head, 0);
    if (folding == Folding::kFolded && rounds_ > 2) {
      folded_rounds();
    } else {
      for (std::int64_t r = 0; r < rounds_; ++r) all_of(order_.head, order_.round, r);
      worked_ = rounds_;
    }
    s_.rounds_worked = worked_;
    all_of(order_.round, order_.operations.size(), worked_ - 1);
    return end_of_step();
  }

  // Remembers when each operation starts, by stage in the order in which it does them.
  void remember_starts(std::vector<std::vector<double>>& starts) {
    starts.assign(at(times_.stages), {});
    starts_ = &starts;
  }

  void run_begin() {
    all_of(0, order_.head, 0);
    for (std::int64_t r = 0; r < rounds_; ++r) all_of(order_.head, order_.round, r);
  }

 private:
  [[nodiscard]] double& cell(const Result& result, std::int64_t shift) const {
    const auto micro_batch = static_cast<std::uint32_t>(result.micro_batch + shift);
    return s_.ends[at(result.row) * order_.window + (micro_batch & mask_)];
  }
  [[nodiscard]] double duration(const CompiledOperation& op) const {
    return s_.durations[at(op.durations[0])] + s_.durations[at(op.durations[1])];
  }

  // Does operations [from, to), with micro-batches of so many rounds later.
  void all_of(std::size_t from, std::size_t to, std::int64_t rounds) {
    const auto shift = rounds > 0 ? rounds * order_.step : 0;
    for (auto k = from; k < to; ++k) {
      const auto& op = order_.operations[k];
      auto& cursor = s_.cursor[at(op.stage)];
      double start = cursor;
      for (const auto& input : op.inputs) {
        if (input.row >= 0) start = std::max(start, cell(input, shift));
      }
      finish(op, shift, start);
    }
  }
  void finish(const CompiledOperation& op, std::int64_t shift, double start) {
    auto& begin = s_.begin[at(op.stage)];
    if (begin < 0) begin = start;
    if (starts_ != nullptr) (*starts_)[at(op.stage)].push_back(start);
    const double end = start + duration(op);
    s_.cursor[at(op.stage)] = end;
    for (const auto& output : op.outputs) {
      if (output.row >= 0) cell(output, shift) = end + s_.delays[at(output.row)];
    }
  }

  // One round whose ends and slacks are remembered.
  void remembered_round() {
    const auto shift = worked_ * order_.step;
    const auto length = order_.round_length();
    double* ends = &s_.round_ends[at(worked_ % kRemembered) * length];
    double* slacks = &s_.round_slacks[at(worked_ % kRemembered) * length * kPredecessors];
    for (auto k = order_.head; k < order_.round; ++k) {
      const auto& op = order_.operations[k];
      std::array<double, kPredecessors> ready = {s_.cursor[at(op.stage)], -kNone, -kNone};
      for (std::size_t i = 0; i < op.inputs.size(); ++i) {
        if (op.inputs[i].row >= 0) ready[i + 1] = cell(op.inputs[i], shift);
      }
      const double start = std::max({ready[0], ready[1], ready[2]});
      for (const double one : ready) *slacks++ = start - one;
      finish(op, shift, start);
      *ends++ = s_.cursor[at(op.stage)];
    }
    ++worked_;
    ++known_;
  }

  // Jumps where rounds repeat, after `cycle` of them: each end comes as much later as that one did.
  void folded_rounds() {
    const auto length = order_.round_length();
    s_.round_ends.resize(std::max(s_.round_ends.size(), kRemembered * length));
    s_.round_slacks.resize(std::max(s_.round_slacks.size(), kRemembered * length * kPredecessors));
    std::int64_t left = rounds_;
    while (left > 0) {
      remembered_round();
      --left;
      for (int cycle = 1; cycle <= kMostCycle && left > 0; ++cycle) {
        auto& stable = stable_[at(cycle)];
        stable = repeats(cycle) ? stable + 1 : 0;
        if (stable < cycle + order_.lag) continue;
        const auto jump = std::min(left / cycle, longest_jump(cycle));
        if (jump <= 0) continue;
        skip(cycle, jump);
        left -= jump * cycle;
        break;
      }
    }
  }

  // The remembered ends of the round `back` rounds before the last.
  [[nodiscard]] const double* ends_of(int back) const {
    return &s_.round_ends[at((worked_ - 1 - back) % kRemembered) * order_.round_length()];
  }
  [[nodiscard]] const double* slacks_of(int back) const {
    return &s_.round_slacks[at((worked_ - 1 - back) % kRemembered) * order_.round_length() *
                            kPredecessors];
  }

  [[nodiscard]] bool repeats(int cycle) const {
    if (known_ < 2 * cycle + 1) return false;
    const double* now = ends_of(0);
    const double* before = ends_of(cycle);
    const double* first = ends_of(2 * cycle);
    for (std::size_t k = 0; k < order_.round_length(); ++k) {
      const double change = (now[k] - before[k]) - (before[k] - first[k]);
      if (std::abs(change) > 4 * kNoise * now[k]) return false;
    }
    return true;
  }

  // Cycles until some operation starts to wait for another of its predecessors.
  [[nodiscard]] std::int64_t longest_jump(int cycle) const {
    double jump = 1e18;
    for (int back = 0; back < cycle; ++back) {
      const double* now = slacks_of(back);
      const double* before = slacks_of(back + cycle);
      const double noise = 8 * kNoise * *ends_of(back);
      for (std::size_t k = 0; k < order_.round_length() * kPredecessors; ++k) {
        const double loss = before[k] - now[k];
        if (loss > noise) jump = std::min(jump, std::floor(now[k] / loss));
      }
    }
    return static_cast<std::int64_t>(jump);
  }

  // Moves all that later operations can still see as many cycles on. What all have in common goes
  // into `passed_`, so that numbers stay small and exact.
  void skip(int cycle, std::int64_t jump) {
    const auto times = static_cast<double>(jump);
    const double* now = ends_of(0);
    const double* before = ends_of(cycle);
    const double common = now[0] - before[0];
    for (std::size_t k = 0; k < order_.round_length(); ++k) {
      // The last operation of a stage in the round stays.
      s_.cursor[at(order_.operations[order_.head + k].stage)] =
          now[k] + times * (now[k] - before[k] - common);
    }
    for (auto k = order_.head; k < order_.round; ++k) {
      for (const auto& output : order_.operations[k].outputs) {
        if (output.row >= 0) shift_row(output, cycle, times, common);
      }
    }
    passed_ += times * common;
    known_ = 0;
    stable_.fill(0);
  }
  // Newest first, so that the difference to the cycle before is still the old one.
  void shift_row(const Result& result, int cycle, double times, double common) {
    for (int back = 0; back <= order_.lag; ++back) {
      const auto shift = (worked_ - 1 - back) * order_.step;
      if (worked_ - 1 - back - cycle < 0) break;
      auto& end = cell(result, shift);
      end += times * (end - cell(result, shift - std::int64_t{cycle} * order_.step) - common);
    }
  }

  [[nodiscard]] double end_of_step() const {
    const bool rolls_over = plan::traits_of(times_.schedule).rolls_over;
    double longest = 0;
    for (int i = 0; i < times_.stages; ++i) {
      const double end = passed_ + s_.cursor[at(i)] + times_.tail[at(i)];
      const double begin = rolls_over ? s_.begin[at(i)] - times_.start[at(i)] : 0.0;
      longest = std::max(longest, end - begin);
    }
    return longest;
  }

  const CompiledOrder& order_;
  std::int64_t rounds_;
  const PipelineTimes& times_;
  PipelineScratch& s_;
  std::uint32_t mask_;
  std::int64_t worked_ = 0;  // rounds done one by one
  std::int64_t known_ = 0;   // of these, since the last jump
  double passed_ = 0;        // s
  std::vector<std::vector<double>>* starts_ = nullptr;
  std::array<int, kMostCycle + 1> stable_{};  // rounds for which repeats(cycle) held
};

}  // namespace

double replay_order(const PipelineTimes& times, Folding folding, PipelineScratch& scratch) {
  std::int64_t rounds = 0;
  const auto order = compiled_order(times, scratch, rounds);
  set_durations(times, scratch);
  return Replay(*order, rounds, times, scratch).run(folding);
}

double replay_starts(const PipelineTimes& times, PipelineScratch& scratch,
                     std::vector<std::vector<double>>& starts) {
  std::int64_t rounds = 0;
  const auto order = compiled_order(times, scratch, rounds);
  set_durations(times, scratch);
  Replay replay(*order, rounds, times, scratch);
  replay.remember_starts(starts);
  return replay.run(Folding::kUnfolded);
}

void replay_begin(const CompiledOrder& order, std::int64_t rounds, const PipelineTimes& times,
                  PipelineScratch& scratch) {
  Replay(order, rounds, times, scratch).run_begin();
}

}  // namespace weft::step
