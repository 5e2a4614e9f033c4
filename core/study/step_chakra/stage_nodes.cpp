#include "stage_nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "passes.h"

namespace weft::step_chakra {

namespace {

using chakra::Kind;
using step::Part;

constexpr double kMicrosecond = 1e-6;
constexpr double kLeastBytes = 1;
constexpr double kAlmost = 1e-9;  // of a call

// Of kernels and waits: their ends are rounded, not their lengths, so that sums stay right.
double whole_micros(double begin, double end) {
  return (std::round(end / kMicrosecond) - std::round(begin / kMicrosecond)) * kMicrosecond;
}

class Builder {
 public:
  Builder(const TracedStep& step, int stage, LayerWork& work)
      : step_(step),
        stage_(stage),
        timeline_(step.timeline.stages[static_cast<std::size_t>(stage)]),
        work_(work),
        tax_(step.software.communication_tax) {
    const auto& sends = step.timeline.sends;
    sent_.resize(timeline_.operations.size());
    received_.resize(timeline_.operations.size());
    hidden_.resize(timeline_.operations.size());
    for (std::size_t k = 0; k < sends.size(); ++k) {
      if (sends[k].from == stage) sent_[sends[k].from_operation].push_back(k);
      if (sends[k].to == stage) received_[sends[k].to_operation].push_back(k);
    }
    for (const auto& one : timeline_.hidden) {
      if (one.operation != step::kNoOperation) {
        hidden_[one.operation].push_back(&one);
      } else if (!timeline_.operations.empty()) {
        const bool is_first = one.begin <= timeline_.operations.front().begin;
        (is_first ? gathered_behind_ : reduced_behind_) += one.end - one.begin;
        if (!is_first) reduced_from_ = one.begin;
      }
    }
  }

  std::vector<StageNode> build() {
    const auto shared = work_.of_stage(stage_);
    add_begin(shared);
    for (std::size_t k = 0; k < timeline_.operations.size(); ++k) add_operation(k);
    add_end(shared);
    return std::move(nodes_);
  }

 private:
  // --- single nodes ---

  StageNode& add(Kind kind, std::string name) {
    auto& node = nodes_.emplace_back();
    node.operation.id = nodes_.size() - 1;
    node.operation.kind = kind;
    node.operation.name = std::move(name);
    return node;
  }

  // The next one of what the device does; what runs behind what is before it has to be done.
  StageNode& add_main(Kind kind, std::string name, bool is_data) {
    auto& node = add(kind, std::move(name));
    if (has_last_) (is_data ? node.data : node.control).push_back(last_);
    node.data.insert(node.data.end(), awaited_.begin(), awaited_.end());
    awaited_.clear();
    last_ = node.operation.id;
    has_last_ = true;
    return node;
  }

  void add_wait(const char* name, double begin, double time) {
    const double recorded = whole_micros(begin, begin + time);
    if (recorded <= 0) return;
    add_main(Kind::kHost, name, true).operation.recorded = recorded;
  }

  // Of calls, `share` from the first on: whole ones, then what is left. Gives the ids.
  template <class Add>
  void add_share(const Call& call, double share, bool whole_first, Add add_node) {
    const double calls = call.count * share;
    const double whole = std::floor(calls + kAlmost);
    const double one = call.bytes / call.count;
    const double rest = std::round(one * (calls - whole));
    const auto make = [&](double bytes) {
      if (bytes < kLeastBytes) return;
      StageNode& node = add_node();
      node.operation.collective = call.collective;
      node.operation.bytes = bytes;
      node.team = call.team;
    };
    if (!whole_first) make(rest);
    for (double n = 0; n < whole; ++n) make(std::round(one));
    if (whole_first) make(rest);
  }

  // Calls that take `exposed` and run `hidden` beside kernels: by their shares of the time they are
  // in the one or the other, and one may be in both. What is behind starts when `before` is done.
  struct Calls {
    const std::vector<Call>& all;
    double exposed = 0, hidden = 0;  // s
    std::string name;
  };
  [[nodiscard]] double share_behind(const Calls& calls) const {
    const double behind = calls.hidden * (1 - tax_);
    return calls.exposed + behind > 0 ? behind / (calls.exposed + behind) : 0.0;
  }
  void add_behind(const Calls& calls, bool has_before, std::uint64_t before,
                  std::vector<std::uint64_t>& started) {
    for (const auto& call : calls.all) {
      add_share(call, share_behind(calls), true, [&]() -> StageNode& {
        auto& node = add(Kind::kCollective, calls.name + ", behind");
        if (has_before) node.control.push_back(before);
        started.push_back(node.operation.id);
        return node;
      });
    }
  }
  void add_exposed(const Calls& calls) {
    if (calls.exposed <= 0) return;
    for (const auto& call : calls.all) {
      add_share(call, 1 - share_behind(calls), false,
                [&]() -> StageNode& { return add_main(Kind::kCollective, calls.name, true); });
    }
  }

  // --- a pass of a layer ---

  void add_pass(const LayerPass& pass, bool continues) {
    const bool has_before = has_last_;
    const auto before = last_;
    const auto& work = work_.of(pass.kind, pass.pass);
    auto& kernels = add_main(Kind::kCompute, pass.name(), continues);
    kernels.operation.work = work.work;
    kernels.operation.bytes = work.traffic;
    kernels.operation.recorded = whole_micros(pass.begin, pass.end);
    ends_.emplace_back(pass.end, last_);
    double now = pass.end;
    for (const auto part : {Part::kStragglers, Part::kHost, Part::kOffload}) {
      const double time = pass.exposed[number_of(part)];
      add_wait(name_of(part), now, time);
      now += time;
    }
    for (const auto part : {Part::kTensor, Part::kContext, Part::kExpert, Part::kData}) {
      const auto found = work.calls.find(part);
      if (found == work.calls.end()) continue;
      const auto p = number_of(part);
      const Calls calls{found->second, pass.exposed[p], pass.hidden[p], name_of(part)};
      std::vector<std::uint64_t> started;
      add_behind(calls, has_before, before, started);
      add_exposed(calls);
      awaited_.insert(awaited_.end(), started.begin(), started.end());
    }
  }

  // --- operations of the schedule ---

  void add_operation(std::size_t k) {
    const auto& operation = timeline_.operations[k];
    std::vector<std::uint64_t> inputs;
    for (const auto send : received_[k]) inputs.push_back(add_message(send, Kind::kReceive));
    const auto all = passes_of(step_, stage_, operation, hidden_[k], work_);
    const auto first = nodes_.size();
    bool continues = false;  // the schedule's order, then what results need
    for (const auto& pass : all.passes) {
      add_pass(pass, continues);
      continues = true;
    }
    if (all.passes.empty()) add_main(Kind::kCompute, "nothing to do", false);
    auto& needs = nodes_[first].data;
    needs.insert(needs.end(), inputs.begin(), inputs.end());
    const auto result = last_;
    for (const auto send : sent_[k]) {
      const auto id = add_message(send, Kind::kSend);
      nodes_[id].data.push_back(result);
      if (all.sending > 0) last_ = id;
    }
  }

  std::uint64_t add_message(std::size_t number, Kind kind) {
    const auto& send = step_.timeline.sends[number];
    auto& node = add(kind, fmt::format("{} {}", send.is_forward ? "activations" : "gradients",
                                       send.micro_batch));
    node.operation.bytes = std::round(send.bytes.si());
    node.operation.tag = static_cast<std::int64_t>(number);
    node.peer = kind == Kind::kSend ? send.to : send.from;
    return node.operation.id;
  }

  // --- around them ---

  // How long the device does this outside of operations, before or behind them.
  [[nodiscard]] double outside(Part part, bool before) const {
    const auto& operations = timeline_.operations;
    double sum = 0;
    for (const auto& span : timeline_.spans) {
      const bool is_there =
          before ? span.end <= operations.front().begin : span.begin >= operations.back().end;
      if (is_there && span.part == part) sum += span.end - span.begin;
    }
    return sum;
  }

  void add_begin(const LayerWork::Shared& shared) {
    // The first layers are waited for; the others come while these work.
    const Calls calls{shared.parameters, outside(Part::kData, true), gathered_behind_,
                      "parameters"};
    add_exposed(calls);
    add_behind(calls, has_last_, last_, awaited_at_end_);
    add_wait(name_of(Part::kHost), 0, outside(Part::kHost, true));
  }

  void add_end(const LayerWork::Shared& shared) {
    // What runs behind the last passes starts beside one of them.
    auto from = std::partition_point(ends_.begin(), ends_.end(),
                                     [&](const auto& one) { return one.first <= reduced_from_; });
    const bool has_before = from != ends_.begin();
    const auto before = has_before ? std::prev(from)->second : 0;
    const Calls calls{shared.gradients, outside(Part::kData, false), reduced_behind_, "gradients"};
    add_behind(calls, has_before, before, awaited_at_end_);
    add_exposed(calls);
    awaited_.insert(awaited_.end(), awaited_at_end_.begin(), awaited_at_end_.end());
    auto& optimizer = add_main(Kind::kCompute, name_of(Part::kOptimizer), true);
    optimizer.operation.bytes = shared.updated;
    optimizer.operation.recorded = whole_micros(0, outside(Part::kOptimizer, false));
  }

  const TracedStep& step_;
  const int stage_;
  const step::StageTimeline& timeline_;
  LayerWork& work_;
  const double tax_;
  std::vector<std::vector<std::size_t>> sent_, received_;  // in Timeline::sends, by operation
  std::vector<std::vector<const step::HiddenSpan*>> hidden_;
  double gathered_behind_ = 0, reduced_behind_ = 0, reduced_from_ = 0;  // s

  std::vector<StageNode> nodes_;
  std::uint64_t last_ = 0;
  bool has_last_ = false;
  std::vector<std::uint64_t> awaited_, awaited_at_end_;
  std::vector<std::pair<double, std::uint64_t>> ends_;  // of kernels, in order
};

}  // namespace

std::vector<StageNode> nodes_of_stage(const TracedStep& step, int stage, LayerWork& work) {
  return Builder(step, stage, work).build();
}

}  // namespace weft::step_chakra
