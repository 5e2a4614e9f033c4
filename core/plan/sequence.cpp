// In which order the operations of all stages can be done.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "weft/plan/schedule.h"

namespace weft::plan {

namespace {

std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

// Does what can be done, stage by stage, and remembers what was done.
class Sequencer {
 public:
  Sequencer(const PipelineShape& shape, const Order& order)
      : shape_(shape), order_(order), next_(order.stages.size()) {
    for (const auto& stage : order.stages) {
      for (const auto& op : stage.operations) {
        most_ = std::max({most_, op.micro_batch + 1, op.backward_micro_batch + 1});
      }
    }
    const auto passes = place(shape.ways() * shape.model_chunks() * std::int64_t{most_});
    done_forward_.resize(passes);
    done_backward_.resize(passes);
  }

  // Every stage up to the end that `end_of` gives for its order; false if some stage cannot.
  template <class EndOf>
  bool run(EndOf end_of, std::vector<Turn>& turns) {
    std::vector<int> to_try;
    for (int i = shape_.stages - 1; i >= 0; --i) to_try.push_back(i);
    while (!to_try.empty()) {
      const int i = to_try.back();
      to_try.pop_back();
      const auto& operations = order_.stages[place(i)].operations;
      const auto end = end_of(order_.stages[place(i)]);
      auto& next = next_[place(i)];
      const auto before = next;
      while (next < end && can_do(i, operations[next])) {
        turns.push_back({i, static_cast<int>(next)});
        finish(i, operations[next++]);
      }
      if (next == before) continue;
      // Only the neighbours, round the corner too, can have waited for this.
      to_try.push_back(i > 0 ? i - 1 : shape_.stages - 1);
      to_try.push_back(i + 1 < shape_.stages ? i + 1 : 0);
    }
    for (std::size_t i = 0; i < next_.size(); ++i) {
      if (next_[i] < end_of(order_.stages[i])) return false;
    }
    return true;
  }

  // The first stage that is not at its end.
  [[nodiscard]] int stuck() const {
    for (std::size_t i = 0; i < next_.size(); ++i) {
      if (next_[i] < order_.stages[i].operations.size()) return static_cast<int>(i);
    }
    return -1;
  }
  [[nodiscard]] const Operation& operation(int stage) const {
    return order_.stages[place(stage)].operations[next_[place(stage)]];
  }

 private:
  [[nodiscard]] int way_of(int chunk) const { return shape_.ways() == 2 ? chunk : 0; }
  [[nodiscard]] std::size_t cell(int virtual_stage, int way, int micro_batch) const {
    return place((std::int64_t{way} * shape_.model_chunks() + virtual_stage) * most_ + micro_batch);
  }

  [[nodiscard]] bool can_forward(int stage, int chunk, int micro_batch) const {
    const int vs = shape_.virtual_stage(stage, chunk);
    return vs == 0 || done_forward_[cell(vs - 1, way_of(chunk), micro_batch)];
  }
  [[nodiscard]] bool can_backward(int stage, int chunk, int micro_batch) const {
    const int vs = shape_.virtual_stage(stage, chunk);
    const int way = way_of(chunk);
    if (!done_forward_[cell(vs, way, micro_batch)]) return false;
    return vs == shape_.model_chunks() - 1 || done_backward_[cell(vs + 1, way, micro_batch)];
  }
  [[nodiscard]] bool can_do(int stage, const Operation& op) const {
    switch (op.task) {
      case Task::kForward:
        return can_forward(stage, op.chunk, op.micro_batch);
      case Task::kPair:
        return can_forward(stage, op.chunk, op.micro_batch) &&
               can_backward(stage, op.backward_chunk, op.backward_micro_batch);
      case Task::kBackward:
      case Task::kInputGradient:
        return can_backward(stage, op.chunk, op.micro_batch);
      case Task::kWeightGradient:
        break;
    }
    const int vs = shape_.virtual_stage(stage, op.chunk);
    return done_backward_[cell(vs, way_of(op.chunk), op.micro_batch)];
  }
  void finish(int stage, const Operation& op) {
    const auto mark = [&](std::vector<bool>& done, int chunk, int micro_batch) {
      done[cell(shape_.virtual_stage(stage, chunk), way_of(chunk), micro_batch)] = true;
    };
    if (op.task == Task::kForward || op.task == Task::kPair) {
      mark(done_forward_, op.chunk, op.micro_batch);
    }
    if (op.task == Task::kBackward || op.task == Task::kInputGradient) {
      mark(done_backward_, op.chunk, op.micro_batch);
    }
    if (op.task == Task::kPair) mark(done_backward_, op.backward_chunk, op.backward_micro_batch);
  }

  const PipelineShape& shape_;
  const Order& order_;
  std::vector<std::size_t> next_;  // [stage]
  int most_ = 1;                   // micro-batches
  std::vector<bool> done_forward_, done_backward_;
};

// How often a stage does each part of the work on each micro-batch of each chunk.
class Tally {
 public:
  Tally(int chunks, std::int64_t micro_batches) : chunks_(chunks), micro_batches_(micro_batches) {
    for (auto* counts : {&forwards_, &inputs_, &weights_})
      counts->resize(place(chunks * micro_batches));
  }

  // What is wrong with an operation; empty if nothing.
  std::string add(const Operation& op) {
    switch (op.task) {
      case Task::kForward:
        return once(forwards_, "forward pass", op.chunk, op.micro_batch);
      case Task::kInputGradient:
        return once(inputs_, "input gradient", op.chunk, op.micro_batch);
      case Task::kWeightGradient:
        return once(weights_, "weight gradient", op.chunk, op.micro_batch);
      case Task::kBackward:
        return backward(op.chunk, op.micro_batch);
      case Task::kPair:
        break;
    }
    auto problem = once(forwards_, "forward pass", op.chunk, op.micro_batch);
    return problem.empty() ? backward(op.backward_chunk, op.backward_micro_batch) : problem;
  }

  [[nodiscard]] std::string missing() const {
    for (std::int64_t k = 0; k < chunks_ * micro_batches_; ++k) {
      const char* what = !forwards_[place(k)]  ? "forward pass"
                         : !inputs_[place(k)]  ? "backward pass"
                         : !weights_[place(k)] ? "weight gradient"
                                               : nullptr;
      if (what == nullptr) continue;
      return fmt::format("the {} of micro-batch {} of chunk {} is missing", what,
                         k % micro_batches_, k / micro_batches_);
    }
    return "";
  }

 private:
  std::string backward(int chunk, int micro_batch) {
    auto problem = once(inputs_, "backward pass", chunk, micro_batch);
    return problem.empty() ? once(weights_, "weight gradient", chunk, micro_batch) : problem;
  }
  std::string once(std::vector<bool>& done, const char* what, int chunk, int micro_batch) const {
    if (chunk >= chunks_) return fmt::format("there is no chunk {}, only {}", chunk, chunks_);
    if (micro_batch >= micro_batches_) {
      return fmt::format("there is no micro-batch {}, only {}", micro_batch, micro_batches_);
    }
    const auto k = place(chunk * micro_batches_ + micro_batch);
    if (done[k]) {
      return fmt::format("the {} of micro-batch {} of chunk {} is done twice", what, micro_batch,
                         chunk);
    }
    done[k] = true;
    return "";
  }

  int chunks_;
  std::int64_t micro_batches_;
  std::vector<bool> forwards_, inputs_, weights_;  // [chunk][micro-batch]
};

const char* letter_of(Task task) {
  constexpr const char* kLetters[] = {"F", "B", "I", "W", "F"};
  return kLetters[static_cast<std::size_t>(task)];
}

std::invalid_argument no_operation(const std::string& word) {
  return std::invalid_argument(fmt::format(
      "'{}' is no operation; F, B, I or W with a micro-batch and, if there are several, a chunk is "
      "expected here, such as F0, W3.1 or F4&B2",
      word));
}

// "F12" or "W3.1".
Operation parse_single(const std::string& word, const std::string& single) {
  constexpr std::size_t kMostDigits = 7;
  Operation op;
  const auto kind = std::string("FBIW").find(single.empty() ? '?' : single[0]);
  if (kind == std::string::npos) throw no_operation(word);
  op.task = static_cast<Task>(kind);
  const auto dot = std::min(single.find('.'), single.size());
  const auto number = [&](const std::string& digits) {
    const bool whole = !digits.empty() && digits.size() <= kMostDigits &&
                       std::all_of(digits.begin(), digits.end(),
                                   [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!whole) throw no_operation(word);
    return std::stoi(digits);
  };
  op.micro_batch = number(single.substr(1, dot - 1));
  if (dot < single.size()) op.chunk = number(single.substr(dot + 1));
  return op;
}

Operation parse_word(const std::string& word) {
  const auto both = word.find('&');
  if (both == std::string::npos) return parse_single(word, word);
  auto op = parse_single(word, word.substr(0, both));
  const auto back = parse_single(word, word.substr(both + 1));
  if (op.task != Task::kForward || back.task != Task::kBackward) throw no_operation(word);
  op.task = Task::kPair;
  op.backward_chunk = back.chunk;
  op.backward_micro_batch = back.micro_batch;
  return op;
}

}  // namespace

Sequence sequence_of(const PipelineShape& shape, const Order& order) {
  Sequence sequence;
  Sequencer sequencer(shape, order);
  bool going = sequencer.run([](const StageOrder& s) { return s.round_begin; }, sequence.turns);
  sequence.head = sequence.turns.size();
  going = going && sequencer.run([](const StageOrder& s) { return s.round_end; }, sequence.turns);
  sequence.round = sequence.turns.size();
  sequence.complete =
      going &&
      sequencer.run([](const StageOrder& s) { return s.operations.size(); }, sequence.turns);
  return sequence;
}

std::string problem_of(const PipelineShape& shape) {
  const auto& stages = shape.given->stages;
  if (static_cast<int>(stages.size()) != shape.stages) {
    return fmt::format("{} stages are given, the pipeline has {}", stages.size(), shape.stages);
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    Tally tally(shape.chunks(), shape.micro_batches);
    std::string problem;
    for (const auto& op : stages[i]) {
      if (problem.empty()) problem = tally.add(op);
    }
    if (problem.empty()) problem = tally.missing();
    if (!problem.empty()) return fmt::format("stage {}: {}", i, problem);
  }
  const auto order = order_of(shape);
  Sequencer sequencer(shape, order);
  std::vector<Turn> turns;
  if (sequencer.run([](const StageOrder& s) { return s.operations.size(); }, turns)) return "";
  const int stage = sequencer.stuck();
  const auto& op = sequencer.operation(stage);
  return fmt::format("stage {} waits for ever at {}{}.{}", stage, letter_of(op.task),
                     op.micro_batch, op.chunk);
}

std::string problem_of_schedule(const PipelineShape& shape) {
  const auto& traits = traits_of(shape.schedule);
  if (shape.schedule == Schedule::kGiven) return problem_of(shape);
  if (shape.schedule == Schedule::kOneForwardOneBackward) return "";
  if (traits.virtual_stages != shape.virtual_stages) {
    return fmt::format("virtual_stages: {} is needed, not {}", traits.virtual_stages,
                       shape.virtual_stages);
  }
  if (shape.schedule == Schedule::kGPipe) return "";
  if (shape.stages < 2) return "a pipeline of at least 2 stages is needed";
  if (shape.ways() == 2 && shape.stages % 2 != 0) {
    return fmt::format("an even pipeline is needed, not {} stages", shape.stages);
  }
  if (shape.micro_batches % shape.ways() != 0) {
    return fmt::format("{} micro-batches do not split over both ways", shape.micro_batches);
  }
  const bool dual = shape.schedule == Schedule::kDualPipe || shape.schedule == Schedule::kDualPipeV;
  if (dual && shape.micro_batches < 2 * shape.stages) {
    return fmt::format("at least {} micro-batches are needed, twice the pipeline, not {}",
                       2 * shape.stages, shape.micro_batches);
  }
  return "";
}

std::vector<Operation> parse_operations(const std::string& text) {
  std::vector<Operation> operations;
  std::size_t begin = 0;
  while ((begin = text.find_first_not_of(" \t\n", begin)) != std::string::npos) {
    const auto end = std::min(text.find_first_of(" \t\n", begin), text.size());
    operations.push_back(parse_word(text.substr(begin, end - begin)));
    begin = end;
  }
  return operations;
}

}  // namespace weft::plan
