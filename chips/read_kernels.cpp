// Block `kernels` of a chip's document: what its libraries reach.
#include <optional>

#include <fmt/format.h>

#include "read_formats.h"

namespace weft::chips {

const char* key_of(base::Fields& fields, std::size_t precision) {
  constexpr const char* kHf32 = "hf32";
  if (precision != index_of(Precision::kTf32) || !fields.has(kHf32)) {
    return kPrecisionNames[precision];
  }
  if (fields.has(kPrecisionNames[precision])) {
    fields.reading().error(*fields.value(kHf32), "'hf32' and 'tf32' are one format; write one");
  }
  return kHf32;
}

void finish_formats(base::Fields& fields) {
  if (const auto old = fields.value("fp4")) {
    fields.reading().error(*old, "there are two formats of four bits",
                           "fp4 is written mxfp4 or nvfp4");
  }
  fields.finish();
}

double at_least(double minimum, base::Fields& fields, const char* key, double fallback) {
  const double value = fields.number(key, fallback);
  if (value < minimum) {
    fields.reading().error(*fields.value(key), fmt::format("{} or more is expected here", minimum));
  }
  return value;
}

namespace {

using base::Fields;

double share_of(Fields& map, const char* name) { return map.share(name); }

double zero_to_one(Fields& fields, const char* key, double initial) {
  const double value = fields.number(key, initial);
  if (value < 0 || value > 1) {
    fields.reading().error(*fields.value(key), "a number from 0 to 1 is expected here");
  }
  return value;
}

void read_gemm(Fields fields, GemmParameters& gemm) {
  gemm.efficiency = per_precision(fields.map("efficiency"), share_of);
  fill_families(gemm.efficiency);
  if (auto memory = fields.maybe_map("memory")) {
    gemm.memory_efficiency = per_precision(*memory, share_of);
    fill_families(gemm.memory_efficiency);
  }
  gemm.fixed = fields.quantity<base::Time>("fixed");
  gemm.norm = at_least(1, fields, "norm", gemm.norm);
  gemm.edge = at_least(0, fields, "edge", gemm.edge);
  gemm.misaligned = at_least(1, fields, "misaligned", gemm.misaligned);
  gemm.grouped = fields.share("grouped", gemm.grouped);
  gemm.droop = at_least(0, fields, "droop", gemm.droop);
  gemm.waves = zero_to_one(fields, "waves", gemm.waves);
  gemm.sustained = fields.share("sustained", gemm.sustained);
  fields.finish();
}

void read_attention(Fields fields, KernelParameters& kernels) {
  auto& attention = kernels.attention;
  attention.overhead = fields.quantity<base::Time>("overhead_per_score");
  if (attention.overhead.si() < 0) {
    fields.reading().error(*fields.value("overhead_per_score"), "a time of 0 or more is expected");
  }
  attention.backward_overhead = fields.number("backward_overhead");
  if (attention.backward_overhead < 0) {
    fields.reading().error(*fields.value("backward_overhead"), "0 or more is expected here");
  }
  attention.overlap = zero_to_one(fields, "overlap", attention.overlap);
  attention.fixed = fields.quantity<base::Time>("fixed", kernels.gemm.fixed);
  attention.edge = at_least(0, fields, "edge", attention.edge);
  attention.portable = at_least(1, fields, "portable", attention.portable);
  attention.waves = zero_to_one(fields, "waves", attention.waves);
  fields.finish();
}

QuantiseParameters read_cast(std::optional<Fields> fields, QuantiseParameters values) {
  if (!fields) return values;
  values.traffic = fields->quantity<base::Bytes>("traffic", values.traffic);
  values.fixed = fields->quantity<base::Time>("fixed", values.fixed);
  fields->finish();
  return values;
}

// A scale per tensor takes two reads and a write of an element, in two kernels; one per block a
// read and a write in one.
void read_quantise(std::optional<Fields> fields, KernelParameters& kernels) {
  auto& tensor = kernels.quantise[static_cast<std::size_t>(Scaling::kTensor)];
  auto& block = kernels.quantise[static_cast<std::size_t>(Scaling::kBlock)];
  tensor = {base::Bytes(5), 2 * kernels.gemm.fixed};
  block = {base::Bytes(3), kernels.gemm.fixed};
  if (!fields) return;
  tensor = read_cast(fields->maybe_map("tensor"), tensor);
  block = read_cast(fields->maybe_map("block"), block);
  fields->finish();
}

}  // namespace

void read_kernels(base::Fields fields, KernelParameters& kernels) {
  read_gemm(fields.map("gemm"), kernels.gemm);
  read_attention(fields.map("attention"), kernels);
  auto memory = fields.map("memory");
  kernels.memory.efficiency = memory.share("efficiency");
  kernels.memory.half_block = memory.quantity<base::Bytes>("half_block", base::Bytes(0));
  memory.finish();
  for (auto& efficiency : kernels.gemm.memory_efficiency) {
    if (efficiency <= 0) efficiency = kernels.memory.efficiency;
  }
  auto vector = fields.map("vector");
  kernels.vector_efficiency = vector.share("efficiency");
  vector.finish();
  read_quantise(fields.maybe_map("quantise"), kernels);
  kernels.handover = fields.quantity<base::Bytes>("handover", base::Bytes(0));
  fields.finish();
}

}  // namespace weft::chips
