// One step written out.
#include "weft/step/timeline.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "index.h"
#include "part_prices.h"
#include "profiler.h"
#include "schedules.h"
#include "weft/plan/check.h"
#include "weft/plan/timeline.h"
#include "weft/step/evaluator.h"

namespace weft::step {

namespace {

using plan::Task;

bool goes_forward(Task task) { return task == Task::kForward || task == Task::kPair; }
bool hands_gradients(Task task) {
  return task == Task::kBackward || task == Task::kInputGradient || task == Task::kPair;
}

// Those of one part one after the other: links that are still at work delay what comes next.
void put_apart(std::vector<HiddenSpan>& spans) {
  std::stable_sort(spans.begin(), spans.end(),
                   [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::array<double, kPartCount> free{};
  for (auto& one : spans) {
    auto& from = free[static_cast<std::size_t>(one.part)];
    const double later = std::max(from - one.begin, 0.0);
    one.begin += later;
    one.end += later;
    from = one.end;
  }
  std::stable_sort(spans.begin(), spans.end(),
                   [](const auto& a, const auto& b) { return a.begin < b.begin; });
}

}  // namespace

// Writes out what a profiler walks through.
class TimelineWriter {
 public:
  TimelineWriter(Profiler& profiler, const workload::Job& job, const workload::Software& software,
                 const plan::Plan& plan)
      : profiler_(profiler), job_(job), software_(software), plan_(plan) {}

  [[nodiscard]] StageTimeline stage(int number, const StageWalk& walk) {
    StageTimeline stage;
    stage.part = plan_.part_of(number);
    stage.begin = walk.begin;
    double now = walk.begin;
    for (const auto& one : walk.intervals) {
      stage.spans.push_back({now, now + one.time, one.power, one.part, one.layer});
      now += one.time;
    }
    add_operations(stage, walk);
    add_hidden(stage, number);
    add_memory(stage, number);
    return stage;
  }

  [[nodiscard]] std::vector<Send> sends(const std::vector<StageTimeline>& stages) {
    find_receivers(stages);
    std::vector<Send> all;
    for (int from = 0; from < plan_.pipeline; ++from) {
      const auto& operations = stages[at(from)].operations;
      for (std::size_t k = 0; k < operations.size(); ++k) {
        const auto& op = operations[k].operation;
        if (goes_forward(op.task)) add_send(stages, from, k, op.chunk, op.micro_batch, true, all);
        if (!hands_gradients(op.task)) continue;
        const bool is_pair = op.task == Task::kPair;
        add_send(stages, from, k, is_pair ? op.backward_chunk : op.chunk,
                 is_pair ? op.backward_micro_batch : op.micro_batch, false, all);
      }
    }
    return all;
  }

 private:
  struct Place {
    int stage = -1;
    std::size_t operation = 0;
  };

  static void add_operations(StageTimeline& stage, const StageWalk& walk) {
    double after = stage.spans.empty() ? stage.begin : stage.spans.front().begin;
    for (std::size_t k = 0; k < walk.operations.size(); ++k) {
      OperationSpan one;
      one.operation = walk.operations[k];
      one.first_span = walk.first[k];
      one.spans = walk.count[k];
      // A pass of a stage without layers takes no time.
      const bool is_empty = one.spans == 0;
      const auto first = one.first_span;
      one.begin = is_empty && first > 0 ? stage.spans[first - 1].end
                  : is_empty            ? after
                                        : stage.spans[first].begin;
      one.end = is_empty ? one.begin : stage.spans[first + one.spans - 1].end;
      after = one.end;
      stage.operations.push_back(one);
    }
  }

  void add_hidden(StageTimeline& stage, int number) {
    for (std::size_t k = 0; k < stage.operations.size(); ++k) {
      const auto& op = stage.operations[k];
      for (auto one : profiler_.pattern_of(number, op.operation).hidden) {
        one.begin += op.begin;
        one.end += op.begin;
        one.operation = k;
        stage.hidden.push_back(one);
      }
    }
    const auto& data = profiler_.data_of(number);
    const double gathered = data.parameters.hidden.si();
    const double reduced = data.gradients.hidden.si();
    const double first = stage.operations.front().begin;
    const double last = stage.operations.back().end;
    if (gathered > 0) stage.hidden.push_back({first, first + gathered, Part::kData, kNoLayer});
    if (reduced > 0) {
      const double begin = std::max(last - reduced, stage.begin);
      stage.hidden.push_back({begin, begin + reduced, Part::kData, kNoLayer});
    }
    put_apart(stage.hidden);
  }

  void add_memory(StageTimeline& stage, int number) const {
    const auto& software = software_.of_part(stage.part);
    const auto moments = plan::memory_timeline(job_, software, plan_, number);
    if (moments.size() != stage.operations.size()) {
      throw std::logic_error("a memory timeline lost operations");
    }
    for (std::size_t k = 0; k < moments.size(); ++k) {
      const auto& moment = moments[k];
      stage.memory.push_back(
          {stage.operations[k].begin, moment.kept + moment.put_off, moment.total});
    }
  }

  // Which operation does a pass: by way through the model, direction, virtual stage, micro-batch.
  [[nodiscard]] std::size_t pass(int way, bool is_forward, int virtual_stage,
                                 int micro_batch) const {
    const auto& shape = profiler_.shape();
    const auto row = at((way * 2 + (is_forward ? 1 : 0)) * shape.model_chunks() + virtual_stage);
    return row * at(shape.micro_batches_per_way()) + at(micro_batch);
  }
  [[nodiscard]] int way_of(int chunk) const { return profiler_.shape().ways() == 2 ? chunk : 0; }

  void find_receivers(const std::vector<StageTimeline>& stages) {
    const auto& shape = profiler_.shape();
    passes_.assign(at(shape.ways() * 2 * shape.model_chunks()) * at(shape.micro_batches_per_way()),
                   Place{});
    for (int s = 0; s < plan_.pipeline; ++s) {
      const auto& operations = stages[at(s)].operations;
      for (std::size_t k = 0; k < operations.size(); ++k) {
        const auto& op = operations[k].operation;
        const bool is_pair = op.task == Task::kPair;
        const auto enter = [&](bool is_forward, int chunk, int micro_batch) {
          const int vs = shape.virtual_stage(s, chunk);
          passes_[pass(way_of(chunk), is_forward, vs, micro_batch)] = {s, k};
        };
        if (goes_forward(op.task)) enter(true, op.chunk, op.micro_batch);
        if (hands_gradients(op.task)) {
          enter(false, is_pair ? op.backward_chunk : op.chunk,
                is_pair ? op.backward_micro_batch : op.micro_batch);
        }
      }
    }
  }

  void add_send(const std::vector<StageTimeline>& stages, int from, std::size_t operation,
                int chunk, int micro_batch, bool is_forward, std::vector<Send>& all) const {
    const int vs = profiler_.shape().virtual_stage(from, chunk);
    const int next = is_forward ? vs + 1 : vs - 1;
    if (next < 0 || next >= profiler_.shape().model_chunks()) return;
    const auto* handed = profiler_.handed(vs, is_forward);
    const auto& place = passes_[pass(way_of(chunk), is_forward, next, micro_batch)];
    if (handed == nullptr || place.stage < 0 || place.stage == from) return;
    Send send;
    send.from = from;
    send.to = place.stage;
    send.from_operation = operation;
    send.to_operation = place.operation;
    const double ready = stages[at(from)].operations[operation].end;
    const double time = handed->time.si();
    send.begin = profiler_.waits_for_sending(from) ? ready - time : ready;
    send.end = send.begin + time;
    send.is_forward = is_forward;
    send.micro_batch = micro_batch;
    send.bytes = handed->crossed;
    for (const auto& bytes : handed->sent) send.bytes += bytes;
    all.push_back(send);
  }

  Profiler& profiler_;
  const workload::Job& job_;
  const workload::Software& software_;
  const plan::Plan& plan_;
  std::vector<Place> passes_;
};

Timeline Evaluator::timeline(const plan::Plan& plan) {
  if (const auto problem = plan::first_problem(cluster_, job_, plan)) {
    throw std::invalid_argument(plan::explain(*problem, cluster_, job_, software_, plan));
  }
  prepare(plan);
  const auto pipeline = times(plan);
  std::vector<std::vector<double>> starts;
  Timeline result;
  result.step = base::Time(replay(pipeline, Folding::kFolded, scratch_));
  const auto for_transfer = waits_for_transfer(pipeline, result.step);
  replay_starts(pipeline, scratch_, starts);
  Profiler profiler(*this, plan);
  TimelineWriter writer(profiler, job_, software_, plan);
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    auto walk = profiler.walk(stage, starts[at(stage)], result.step.si());
    profiler.mark_transfers(walk, stage, for_transfer.si());
    result.stages.push_back(writer.stage(stage, walk));
  }
  result.sends = writer.sends(result.stages);
  return result;
}

std::array<base::Time, kPartCount> StageTimeline::parts() const {
  std::array<base::Time, kPartCount> sum{};
  for (const auto& one : spans) {
    sum[static_cast<std::size_t>(one.part)] += base::Time(one.end - one.begin);
  }
  return sum;
}

std::array<base::Time, kPartCount> StageTimeline::hidden_parts() const {
  std::array<base::Time, kPartCount> sum{};
  for (const auto& one : hidden) {
    sum[static_cast<std::size_t>(one.part)] += base::Time(one.end - one.begin);
  }
  return sum;
}

base::Energy StageTimeline::energy() const {
  base::Energy sum;
  for (const auto& one : spans) sum += base::Energy((one.end - one.begin) * one.power);
  return sum;
}

std::size_t Timeline::spans() const {
  return std::accumulate(stages.begin(), stages.end(), std::size_t{0},
                         [](std::size_t sum, const auto& one) { return sum + one.spans.size(); });
}

const char* name_of(plan::Task task) {
  constexpr std::array<const char*, plan::kTaskCount> kNames = {
      "forward", "backward", "input gradient", "weight gradient", "pair"};
  return kNames[static_cast<std::size_t>(task)];
}

}  // namespace weft::step
