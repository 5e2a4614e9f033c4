#include "compiled_order.h"

#include <algorithm>
#include <stdexcept>

#include "index.h"

namespace weft::step {

namespace {

using plan::Operation;
using plan::Task;

// Kinds of durations, each by virtual stage; then pairs, by virtual stage of the forward pass and
// chunk of the backward pass; then nothing at all.
enum Duration { kForwardTime, kBackwardTime, kInputTime, kWeightTime, kDurationKinds };

// Rounds before and after a jump that must be remembered at once, beside the head.
constexpr int kRoundsRemembered = 40;
constexpr std::size_t kMostOrders = 256;

class Compiler {
 public:
  Compiler(const plan::PipelineShape& shape, bool pairs_overlap)
      : shape_(shape), order_(plan::order_of(shape)), pairs_overlap_(pairs_overlap) {}

  CompiledOrder compile() {
    const auto sequence = plan::sequence_of(shape_, order_);
    if (!sequence.complete) throw std::invalid_argument("stages wait for each other for ever");
    CompiledOrder compiled;
    compiled.head = sequence.head;
    compiled.round = sequence.round;
    compiled.rounds = order_.rounds;
    compiled.step = order_.step;
    compiled.rows = 2 * shape_.ways() * shape_.model_chunks();
    compiled.operations.reserve(sequence.turns.size());
    int most = 1;
    for (const auto& turn : sequence.turns) {
      const auto& op = order_.stages[at(turn.stage)].operations[at(turn.position)];
      most = std::max({most, op.micro_batch + 1, op.backward_micro_batch + 1});
      compiled.operations.push_back(compiled_operation(turn.stage, op));
    }
    while (compiled.window < static_cast<std::uint32_t>(most + kRoundsRemembered * order_.step)) {
      compiled.window *= 2;
    }
    compiled.lag = longest_lag(compiled);
    return compiled;
  }

 private:
  [[nodiscard]] int way_of(int chunk) const { return shape_.ways() == 2 ? chunk : 0; }
  [[nodiscard]] std::int32_t row(bool is_forward, int virtual_stage, int way) const {
    return ((is_forward ? 0 : shape_.ways()) + way) * shape_.model_chunks() + virtual_stage;
  }
  [[nodiscard]] std::int32_t duration(Duration kind, int virtual_stage) const {
    return kind * shape_.model_chunks() + virtual_stage;
  }
  [[nodiscard]] std::int32_t pair(int virtual_stage, int backward_chunk) const {
    return kDurationKinds * shape_.model_chunks() + virtual_stage * shape_.chunks() +
           backward_chunk;
  }
  [[nodiscard]] std::int32_t no_time() const { return pair(shape_.model_chunks(), 0); }

  // Results of a stage's own passes are there before it needs them.
  [[nodiscard]] Result from(bool is_forward, int virtual_stage, int way, int stage,
                            int micro_batch) const {
    if (virtual_stage < 0 || virtual_stage == shape_.model_chunks()) return {};
    if (plan::holder_of(shape_, virtual_stage, way).stage == stage) return {};
    return {row(is_forward, virtual_stage, way), micro_batch};
  }

  void add_forward(CompiledOperation& result, int chunk, int micro_batch) const {
    const int vs = shape_.virtual_stage(result.stage, chunk);
    const int way = way_of(chunk);
    result.inputs[0] = from(true, vs - 1, way, result.stage, micro_batch);
    result.outputs[0] = {row(true, vs, way), micro_batch};
  }
  void add_backward(CompiledOperation& result, int chunk, int micro_batch) const {
    const int vs = shape_.virtual_stage(result.stage, chunk);
    const int way = way_of(chunk);
    result.inputs[1] = from(false, vs + 1, way, result.stage, micro_batch);
    result.outputs[1] = {row(false, vs, way), micro_batch};
  }

  [[nodiscard]] CompiledOperation compiled_operation(int stage, const Operation& op) const {
    CompiledOperation result;
    result.stage = stage;
    const int vs = shape_.virtual_stage(stage, op.chunk);
    result.durations = {no_time(), no_time()};
    switch (op.task) {
      case Task::kForward:
        result.durations[0] = duration(kForwardTime, vs);
        add_forward(result, op.chunk, op.micro_batch);
        break;
      case Task::kBackward:
      case Task::kInputGradient:
        result.durations[0] = duration(op.task == Task::kBackward ? kBackwardTime : kInputTime, vs);
        add_backward(result, op.chunk, op.micro_batch);
        break;
      case Task::kWeightGradient:
        result.durations[0] = duration(kWeightTime, vs);
        break;
      case Task::kPair:
        if (pairs_overlap_) {
          result.durations[0] = pair(vs, op.backward_chunk);
        } else {
          result.durations[0] = duration(kForwardTime, vs);
          const int back = shape_.virtual_stage(stage, op.backward_chunk);
          result.durations[1] = duration(kBackwardTime, back);
        }
        add_forward(result, op.chunk, op.micro_batch);
        add_backward(result, op.backward_chunk, op.backward_micro_batch);
        break;
    }
    return result;
  }

  // A round gives every row `step` micro-batches; what a round needs of a row lies so many rounds
  // back.
  [[nodiscard]] static int longest_lag(const CompiledOrder& compiled) {
    std::vector<int> first(at(compiled.rows), -1);  // micro-batch of the round, by row
    const auto each = [&](auto&& body) {
      for (auto k = compiled.head; k < compiled.round; ++k) body(compiled.operations[k]);
    };
    each([&](const CompiledOperation& op) {
      for (const auto& output : op.outputs) {
        if (output.row < 0) continue;
        auto& lowest = first[at(output.row)];
        lowest = lowest < 0 ? output.micro_batch : std::min(lowest, output.micro_batch);
      }
    });
    int lag = 0;
    each([&](const CompiledOperation& op) {
      for (const auto& input : op.inputs) {
        if (input.row < 0) continue;
        const int behind = first[at(input.row)] - input.micro_batch;
        lag = std::max(lag, (behind + compiled.step - 1) / compiled.step);
      }
    });
    return lag;
  }

  plan::PipelineShape shape_;
  plan::Order order_;
  bool pairs_overlap_;
};

// By Compiler::row().
void set_delays(const PipelineTimes& times, std::size_t chunks, PipelineScratch& scratch) {
  const auto ways = at(times.shape().ways());
  scratch.delays.resize(2 * ways * chunks);
  for (std::size_t row = 0; row < ways * chunks; ++row) {
    scratch.delays[row] = times.transfer_forward(row % chunks);
    scratch.delays[ways * chunks + row] = times.transfer_backward(row % chunks);
  }
}

// No two keys are alike: degrees are below 2^13, micro-batches below 2^33.
std::uint64_t key_of(const plan::PipelineShape& shape, std::int64_t written, bool has_rounds,
                     bool pairs_overlap) {
  auto key = static_cast<std::uint64_t>(written);
  const auto append = [&key](int value, int bits) {
    key = (key << bits) | static_cast<std::uint64_t>(value);
  };
  append(static_cast<int>(shape.schedule), 3);
  append(shape.stages, 13);
  append(shape.virtual_stages, 13);
  append(has_rounds ? 1 : 0, 1);
  append(pairs_overlap ? 1 : 0, 1);
  return key;
}

}  // namespace

std::shared_ptr<const CompiledOrder> compiled_order(const PipelineTimes& times,
                                                    PipelineScratch& scratch,
                                                    std::int64_t& rounds) {
  const auto shape = times.shape();
  const bool pairs_overlap = !times.overlapped.empty();
  const auto written = plan::shortened(shape);
  rounds = written.rounds;
  const auto compile = [&] {
    return std::make_shared<const CompiledOrder>(Compiler(shape, pairs_overlap).compile());
  };
  if (shape.schedule == plan::Schedule::kGiven) return compile();
  if (scratch.orders.size() > kMostOrders) scratch.orders.clear();
  auto& cached = scratch.orders[key_of(shape, written.micro_batches, rounds > 0, pairs_overlap)];
  if (!cached) cached = compile();
  return cached;
}

void set_durations(const PipelineTimes& times, PipelineScratch& scratch) {
  const auto chunks = at(static_cast<std::int64_t>(times.stages) * times.chunks);
  auto& durations = scratch.durations;
  set_delays(times, chunks, scratch);
  const auto pairs = chunks * at(times.shape().chunks());
  durations.assign(kDurationKinds * chunks + pairs + 1, 0.0);
  for (std::size_t vs = 0; vs < chunks; ++vs) {
    const double weight = times.weight.empty() ? 0.0 : times.weight[vs];
    durations[kForwardTime * chunks + vs] = times.forward[vs];
    durations[kBackwardTime * chunks + vs] = times.backward[vs];
    durations[kInputTime * chunks + vs] = times.backward[vs] - weight;
    durations[kWeightTime * chunks + vs] = weight;
  }
  std::copy(times.overlapped.begin(), times.overlapped.end(),
            durations.begin() + static_cast<std::ptrdiff_t>(kDurationKinds * chunks));
}

}  // namespace weft::step
