#include "passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "weft/step/layer_cost.h"

namespace weft::step_chakra {

namespace {

using plan::Task;
using step::Part;
using workload::LayerKind;

const char* word_for(PassKind pass) {
  switch (pass) {
    case PassKind::kForward:
      return "forward";
    case PassKind::kBackward:
      return "backward";
    case PassKind::kRecompute:
      return "recompute";
    case PassKind::kInputGradient:
      return "input gradient";
    case PassKind::kWeightGradient:
      break;
  }
  return "weight gradient";
}

bool is_kernel(Part part) {
  return part == Part::kForward || part == Part::kBackward || part == Part::kRecompute ||
         part == Part::kHead;
}

// Which layers of the model are in the chunks of an operation, and what they are.
class Kinds {
 public:
  Kinds(const TracedStep& step, int stage, const plan::Operation& op, const LayerWork& work)
      : op_(op) {
    const auto shape = step.plan.shape(step.plan.micro_batches(step.job));
    const auto forward = shape.virtual_stage(stage, op.chunk);
    const bool is_pair = op.task == Task::kPair;
    const auto backward = is_pair ? shape.virtual_stage(stage, op.backward_chunk) : forward;
    forward_ = work.chunk(forward);
    backward_ = work.chunk(backward);
    first_forward_ = work.first_layer(forward);
    first_backward_ = work.first_layer(backward);
  }

  // Embedding and head carry no layer: in a forward pass the embedding is first, in a backward pass
  // the head.
  LayerKind of(const step::Span& span, PassKind pass) {
    const bool forward = pass == PassKind::kForward;
    const auto& chunk = forward ? forward_ : backward_;
    if (span.layer == step::kNoLayer) {
      const int heads = chunk.head ? 1 + chunk.prediction_layers : 0;
      const int seen = ends_seen_[forward ? 1 : 0]++;
      if (forward) return chunk.embedding && seen == 0 ? LayerKind::kEmbedding : LayerKind::kHead;
      return seen < heads ? LayerKind::kHead : LayerKind::kEmbedding;
    }
    const int inside = span.layer - (forward ? first_forward_ : first_backward_);
    return inside < chunk.dense_layers ? LayerKind::kDense : LayerKind::kMoe;
  }

  PassKind pass_of(const step::Span& span) {
    if (span.part == Part::kForward) return PassKind::kForward;
    if (span.part == Part::kRecompute) return PassKind::kRecompute;
    if (span.part == Part::kBackward) return backward();
    if (op_.task == Task::kForward) return PassKind::kForward;
    if (op_.task != Task::kPair) return PassKind::kBackward;
    // Of both passes of a pair, the forward one comes first.
    const int ends =
        (forward_.embedding ? 1 : 0) + (forward_.head ? 1 + forward_.prediction_layers : 0);
    return ends_seen_[1] < ends ? PassKind::kForward : PassKind::kBackward;
  }

 private:
  [[nodiscard]] PassKind backward() const {
    if (op_.task == Task::kInputGradient) return PassKind::kInputGradient;
    if (op_.task == Task::kWeightGradient) return PassKind::kWeightGradient;
    return PassKind::kBackward;
  }

  plan::Operation op_;
  plan::Chunk forward_, backward_;
  int first_forward_ = 0, first_backward_ = 0;
  std::array<int, 2> ends_seen_{};
};

// Each hidden span goes to the first pass of its layer that has such calls and none yet.
void give_hidden(const std::vector<const step::HiddenSpan*>& hidden, LayerWork& work,
                 std::vector<LayerPass>& passes) {
  for (const auto* span : hidden) {
    const auto takes = [&](LayerPass& pass) {
      if (pass.layer != span->layer || pass.hidden[number_of(span->part)] > 0) return false;
      if (span->part == Part::kOffload) return false;
      const auto& calls = work.of(pass.kind, pass.pass).calls;
      const auto found = calls.find(span->part);
      return found != calls.end() && !found->second.empty();
    };
    const auto found = std::find_if(passes.begin(), passes.end(), takes);
    if (found == passes.end()) continue;
    found->hidden[number_of(span->part)] = span->end - span->begin;
  }
}

}  // namespace

std::string LayerPass::name() const {
  if (kind == LayerKind::kEmbedding) return fmt::format("{} of the embedding", word_for(pass));
  if (kind == LayerKind::kHead) return fmt::format("{} of the head", word_for(pass));
  return fmt::format("{} of layer {}", word_for(pass), layer);
}

OperationPasses passes_of(const TracedStep& step, int stage, const step::OperationSpan& operation,
                          const std::vector<const step::HiddenSpan*>& hidden, LayerWork& work) {
  const auto& spans = step.timeline.stages[static_cast<std::size_t>(stage)].spans;
  Kinds kinds(step, stage, operation.operation, work);
  OperationPasses result;
  std::map<int, std::size_t> open;  // the pass of a layer that is under way
  for (std::size_t i = 0; i < operation.spans; ++i) {
    const auto& span = spans[operation.first_span + i];
    if (span.part == Part::kPipelineTransfer) {
      result.sending += span.end - span.begin;
      continue;
    }
    if (is_kernel(span.part) || open.count(span.layer) == 0) {
      const auto pass = kinds.pass_of(span);
      open[span.layer] = result.passes.size();
      const double end = is_kernel(span.part) ? span.end : span.begin;
      result.passes.push_back({kinds.of(span, pass), pass, span.layer, span.begin, end, {}, {}});
    }
    if (is_kernel(span.part)) continue;
    result.passes[open[span.layer]].exposed[number_of(span.part)] += span.end - span.begin;
  }
  give_hidden(hidden, work, result.passes);
  return result;
}

}  // namespace weft::step_chakra
