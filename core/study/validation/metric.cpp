#include "weft/validation/metric.h"

#include "weft/chips/precision.h"

namespace weft::validation {

namespace {

using workload::FlopConvention;

// FLOPs of recomputation per token, over all scores.
double recomputed_flops(const Predicted& run) {
  const auto& model = run.job.model;
  const auto sequence = static_cast<double>(run.job.sequence);
  const double all =
      workload::model_flops_per_token(model, sequence, FlopConvention::kFullAttention).si();
  const double head =
      6.0 * static_cast<double>(model.vocabulary) * static_cast<double>(model.hidden);
  const double scores = 2.0 * model.heads * (model.key_dim() + model.value_dim()) * sequence;
  double layers = 0;
  for (int vs = 0; vs < run.plan.chunks(); ++vs) {
    const auto chunk = plan::chunk_of(run.plan, model, vs);
    layers += chunk.recomputed_dense + chunk.recomputed_moe;
  }
  if (run.plan.recompute == plan::Recompute::kFull) {
    return (all - head) / 3.0 * layers / model.layers;
  }
  return run.plan.recompute == plan::Recompute::kAttention ? scores * layers : 0.0;
}

double flops_per_token(const FlopCount& count, const Predicted& run) {
  const auto& model = run.job.model;
  if (count.eight_n) {
    const double parameters =
        run.parameters > 0 ? run.parameters : workload::count_parameters(model).total;
    return 8.0 * parameters;
  }
  const auto sequence = static_cast<double>(run.job.sequence);
  const double flops = workload::model_flops_per_token(model, sequence, count.convention).si();
  return count.counts_recompute ? flops + recomputed_flops(run) : flops;
}

base::Bytes memory_of(MemoryKind kind, const Predicted& run) {
  const auto memory = plan::peak_memory(run.job, run.software, run.plan);
  const auto tensors = memory.total() - memory.reserve;
  switch (kind) {
    case MemoryKind::kAllocated:
      return tensors;
    case MemoryKind::kReserved:
      return tensors * (1.0 + run.software.reserved_fraction);
    case MemoryKind::kDevice:
      return memory.total();
  }
  return memory.total();
}

}  // namespace

const char* name_of(Measure measure) {
  switch (measure) {
    case Measure::kStepTime:
      return "step time";
    case Measure::kTokenRate:
      return "tokens/s";
    case Measure::kSequenceRate:
      return "sequences/s";
    case Measure::kWorkRate:
      return "FLOP/s";
    case Measure::kUtilisation:
      return "MFU";
    case Measure::kRunTime:
      return "time to train";
    case Measure::kMemory:
      return "memory";
  }
  return "";
}

double predicted_value(const Metric& metric, const Predicted& run, base::Time step) {
  const auto& cluster = run.cluster;
  const auto devices = static_cast<double>(run.plan.devices());
  double sharers = 1;
  if (metric.scope == Scope::kDevice) sharers = devices;
  if (metric.scope == Scope::kPackage) sharers = devices / cluster.chip.devices();
  const double tokens = run.job.tokens_per_step();
  const auto sequences = static_cast<double>(run.job.global_batch);
  const double flops = flops_per_token(metric.flops, run) * tokens;
  const double peak =
      metric.peak.value_or(cluster.device().peaks.matrix[index_of(chips::Precision::kBf16)].si());
  switch (metric.measure) {
    case Measure::kStepTime:
      return step.si() * run.batch_share / metric.unit;
    case Measure::kTokenRate:
      return tokens / step.si() / sharers / metric.unit;
    case Measure::kSequenceRate:
      return sequences / step.si() / sharers / metric.unit;
    case Measure::kWorkRate:
      return flops / step.si() / sharers / metric.unit;
    case Measure::kUtilisation:
      return flops / step.si() / devices / peak / metric.unit;
    case Measure::kRunTime: {
      const double steps =
          metric.run_tokens > 0 ? metric.run_tokens / tokens : metric.run_sequences / sequences;
      return steps * step.si() / metric.unit;
    }
    case Measure::kMemory:
      return memory_of(metric.memory, run).si() / metric.unit;
  }
  return 0;
}

}  // namespace weft::validation
