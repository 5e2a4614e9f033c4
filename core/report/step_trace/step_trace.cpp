#include "weft/step_trace/step_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "event_writer.h"

namespace weft::step_trace {

namespace {

using step::Part;
using step::StageTimeline;
using step::Timeline;

enum Stream { kCompute = 1, kTensor, kContext, kExpert, kData, kOffload, kForward, kBackward };
constexpr std::array<const char*, 9> kStreamNames = {"",
                                                     "compute",
                                                     "tensor parallel behind it",
                                                     "context parallel behind it",
                                                     "expert parallel behind it",
                                                     "data parallel behind it",
                                                     "offload behind it",
                                                     "sends to the next stage",
                                                     "sends to the stage before"};

Stream stream_of(Part part) {
  switch (part) {
    case Part::kTensor:
      return kTensor;
    case Part::kContext:
      return kContext;
    case Part::kExpert:
      return kExpert;
    case Part::kOffload:
      return kOffload;
    default:
      return kData;
  }
}

// What may overlap on one stream goes to as many lanes as it needs: a thread's events must not.
class Lanes {
 public:
  int lane_of(double begin, double end) {
    std::size_t lane = 0;
    while (lane < free_.size() && free_[lane] > begin) ++lane;
    if (lane == free_.size()) free_.push_back(0);
    free_[lane] = end;
    return static_cast<int>(lane);
  }

 private:
  std::vector<double> free_;  // s
};

constexpr int kStreams = 9;

class StageWriter {
 public:
  StageWriter(EventWriter& events, int process) : events_(events), process_(process) {}

  void write(const StageTimeline& stage) {
    thread_named(kCompute);
    add_compute(stage);
    for (const auto& one : stage.hidden) {
      const auto stream = stream_of(one.part);
      thread_named(stream);
      events_.complete({process_, stream}, "hidden", name_of(one.part), one.begin, one.end,
                       layer_args(one.layer));
    }
    add_power(stage);
    for (const auto& level : stage.memory) {
      const double rest = (level.total - level.activations).si();
      events_.counter(
          process_, "memory (B)", level.begin,
          fmt::format(R"("activations":{:.0f},"all else":{:.0f})", level.activations.si(), rest));
    }
  }

  // Of its stream; the second lane and those that follow are threads of their own.
  int send_thread(bool is_forward, double begin, double end) {
    const auto stream = is_forward ? kForward : kBackward;
    const int lane = lanes_[is_forward ? 1 : 0].lane_of(begin, end);
    const int thread = stream + lane * kStreams;
    thread_named(thread);
    return thread;
  }

 private:
  void thread_named(int thread) {
    if (std::find(named_.begin(), named_.end(), thread) != named_.end()) return;
    named_.push_back(thread);
    std::string name = kStreamNames[static_cast<std::size_t>(thread % kStreams)];
    if (thread > kStreams) name += fmt::format(" ({})", thread / kStreams + 1);
    events_.metadata({process_, thread}, "thread_name", R"("name":)" + json_string(name));
    events_.metadata({process_, thread}, "thread_sort_index",
                     fmt::format(R"("sort_index":{})", thread));
  }

  static std::string layer_args(int layer) {
    return layer == step::kNoLayer ? std::string() : fmt::format(R"("layer":{})", layer);
  }

  void add_span(const step::Span& span) {
    events_.complete({process_, kCompute}, "part", name_of(span.part), span.begin, span.end,
                     layer_args(span.layer));
  }

  void add_compute(const StageTimeline& stage) {
    std::size_t next = 0;
    for (const auto& op : stage.operations) {
      for (; next < op.first_span; ++next) add_span(stage.spans[next]);
      const auto& what = op.operation;
      const bool is_pair = what.task == plan::Task::kPair;
      const auto name = is_pair ? fmt::format("forward {} and backward {}", what.micro_batch,
                                              what.backward_micro_batch)
                                : fmt::format("{} {}", step::name_of(what.task), what.micro_batch);
      auto args = fmt::format(R"("micro_batch":{},"chunk":{})", what.micro_batch, what.chunk);
      if (is_pair) {
        args += fmt::format(R"(,"backward_micro_batch":{},"backward_chunk":{})",
                            what.backward_micro_batch, what.backward_chunk);
      }
      events_.complete({process_, kCompute}, "operation", name, op.begin, op.end, args);
      for (; next < op.first_span + op.spans; ++next) add_span(stage.spans[next]);
    }
    for (; next < stage.spans.size(); ++next) add_span(stage.spans[next]);
  }

  void add_power(const StageTimeline& stage) {
    constexpr const char* kName = "power (W)";
    double before = -1;
    for (const auto& span : stage.spans) {
      if (span.power == before) continue;
      before = span.power;
      events_.counter(process_, kName, span.begin, fmt::format(R"("device":{:.1f})", span.power));
    }
    events_.counter(process_, kName, stage.spans.back().end, R"("device":0)");
  }

  EventWriter& events_;
  int process_;
  std::vector<int> named_;
  std::array<Lanes, 2> lanes_;
};

std::string stage_name(const TracedStep& step, std::size_t stage, bool alone) {
  auto name = fmt::format("stage {}", stage);
  if (step.parts.size() > 1) {
    name += " on " + step.parts[static_cast<std::size_t>(step.timeline.stages[stage].part)];
  }
  return alone ? name : step.title + ": " + name;
}

void add_sends(EventWriter& events, const Timeline& timeline, std::vector<StageWriter>& stages,
               int first_process) {
  for (const auto& send : timeline.sends) {
    const auto from = static_cast<std::size_t>(send.from);
    const auto& to = timeline.stages[static_cast<std::size_t>(send.to)];
    const auto name = fmt::format("{} {} to stage {}", send.is_forward ? "forward" : "backward",
                                  send.micro_batch, send.to);
    const Track track{first_process + send.from,
                      stages[from].send_thread(send.is_forward, send.begin, send.end)};
    events.complete(track, "send", name, send.begin, send.end,
                    fmt::format(R"("micro_batch":{},"to":{},"bytes":{:.0f})", send.micro_batch,
                                send.to, send.bytes.si()));
    const auto& receiver = to.operations[send.to_operation];
    events.flow(track, send.begin, {first_process + send.to, kCompute}, receiver.begin,
                send.is_forward ? "forward" : "backward");
  }
}

void add_step(EventWriter& events, const TracedStep& step, int first_process, bool alone) {
  std::vector<StageWriter> stages;
  for (std::size_t s = 0; s < step.timeline.stages.size(); ++s) {
    const int process = first_process + static_cast<int>(s);
    events.metadata({process, 0}, "process_name",
                    R"("name":)" + json_string(stage_name(step, s, alone)));
    events.metadata({process, 0}, "process_sort_index", fmt::format(R"("sort_index":{})", process));
    stages.emplace_back(events, process);
    stages.back().write(step.timeline.stages[s]);
  }
  add_sends(events, step.timeline, stages, first_process);
}

// What the whole file is of.
std::string head_of(std::span<const TracedStep> steps) {
  std::string text = R"({"displayTimeUnit":"ms","otherData":{"written_by":"weft","steps":[)";
  int process = 1;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& one = steps[i];
    const auto stages = static_cast<int>(one.timeline.stages.size());
    text += fmt::format(R"({}{{"case":{},"plan":{},"step_s":{},"first_pid":{},"stages":{},)",
                        i == 0 ? "" : ",", json_string(one.title), json_string(one.plan),
                        one.timeline.step.si(), process, stages);
    text += R"("notes":[)";
    for (std::size_t n = 0; n < one.notes.size(); ++n) {
      text += (n == 0 ? "" : ",") + json_string(one.notes[n]);
    }
    text += "]}";
    process += stages;
  }
  return text + "]},\n\"traceEvents\":[";
}

}  // namespace

std::size_t events_of(std::span<const TracedStep> steps) {
  constexpr std::size_t kOfASend = 3;
  std::size_t sum = 0;
  for (const auto& one : steps) {
    for (const auto& stage : one.timeline.stages) {
      sum += 2 * stage.spans.size() + stage.operations.size() + stage.hidden.size() +
             stage.memory.size();
    }
    sum += kOfASend * one.timeline.sends.size();
  }
  return sum;
}

void write_trace(std::span<const TracedStep> steps,
                 const std::function<void(std::string_view piece)>& put) {
  const auto all = events_of(steps);
  if (all > kMostEvents) {
    throw std::length_error(fmt::format(
        "the trace of this step has {:.1f} million events, more than the {} million that viewers "
        "take: trace fewer cases, layers or micro-batches (a smaller global_batch)",
        static_cast<double>(all) / 1e6, kMostEvents / 1'000'000));
  }
  EventWriter events(put);
  events.begin(head_of(steps));
  int process = 1;
  for (const auto& one : steps) {
    add_step(events, one, process, steps.size() == 1);
    process += static_cast<int>(one.timeline.stages.size());
  }
  events.end("\n]}\n");
}

}  // namespace weft::step_trace
