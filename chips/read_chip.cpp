#include <initializer_list>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "bridge.h"
#include "weft/base/fields.h"
#include "weft/chips/chip.h"

namespace weft::chips {

namespace {

using base::Fields;

// Formats that compute alike: what is not written of one is that of the first that is.
template <class T>
void fill_family(PerPrecision<T>& values, std::initializer_list<Precision> family) {
  T known{};
  for (const auto p : family) {
    if (known == T{}) known = values[index_of(p)];
  }
  for (const auto p : family) {
    if (values[index_of(p)] == T{}) values[index_of(p)] = known;
  }
}

template <class T>
void fill_families(PerPrecision<T>& values) {
  fill_family(values, {Precision::kFp8, Precision::kFp8Block, Precision::kMxfp8});
  fill_family(values, {Precision::kMxfp4, Precision::kNvfp4});
}

// The key under which a format is written; Ascend's name of TF32 is known too.
const char* key_of(Fields& fields, std::size_t precision) {
  constexpr const char* kHf32 = "hf32";
  if (precision != index_of(Precision::kTf32) || !fields.has(kHf32)) {
    return kPrecisionNames[precision];
  }
  if (fields.has(kPrecisionNames[precision])) {
    fields.reading().error(*fields.value(kHf32), "'hf32' and 'tf32' are one format; write one");
  }
  return kHf32;
}

// A map precision -> value; formats that are not named are zero.
template <class Read>
auto per_precision(Fields fields, Read read) {
  PerPrecision<decltype(read(fields, ""))> values{};
  for (std::size_t p = 0; p < kPrecisionCount; ++p) {
    const char* key = key_of(fields, p);
    if (fields.has(key)) values[p] = read(fields, key);
  }
  if (const auto old = fields.value("fp4")) {
    fields.reading().error(*old, "there are two formats of four bits",
                           "fp4 is written mxfp4 or nvfp4");
  }
  fields.finish();
  return values;
}

double share_of(Fields& map, const char* name) { return map.share(name); }

double at_least(double minimum, Fields& fields, const char* key, double fallback) {
  const double value = fields.number(key, fallback);
  if (value < minimum) {
    fields.reading().error(*fields.value(key), fmt::format("{} or more is expected here", minimum));
  }
  return value;
}

void read_bridge(Fields fields, Chip& chip) {
  chip.die_to_die = fields.positive<base::Bandwidth>("bandwidth");
  fields.choice("per", {"direction"}, 0);
  // A unified package hides its bridge; only split dies talk over it as devices.
  chip.die_to_die_latency = chip.exposure == Exposure::kSplit
                                ? fields.quantity<base::Time>("latency")
                                : fields.quantity<base::Time>("latency", base::Time(0));
  chip.die_to_die_efficiency = fields.share("efficiency", 1.0);
  chip.remote_share = fields.share("remote_share", chip.remote_share);
  fields.finish();
}

void read_package(Fields fields, Chip& chip) {
  chip.dies = fields.small_integer("dies", 1);
  chip.exposure = fields.choice("exposed_as", {"unified", "split"}, 0) == 1 ? Exposure::kSplit
                                                                            : Exposure::kUnified;
  chip.remote_share = 1.0 - 1.0 / chip.dies;  // pages spread evenly over the memories of all dies
  if (auto bridge = fields.maybe_map("die_to_die")) {
    read_bridge(*bridge, chip);
  } else if (chip.exposure == Exposure::kSplit && chip.dies > 1) {
    fields.reading().error(fields.node(), "a split package needs 'die_to_die'");
  }
  fields.finish();
}

void read_process(Fields fields) {
  fields.value("foundry");
  fields.value("node");
  fields.finish();
}

void read_die(Fields fields, Chip& chip, double dies) {
  chip.die_area = fields.quantity<base::Area>("area", base::Area(0));
  if (auto process = fields.maybe_map("process")) read_process(*process);
  if (auto cores = fields.maybe_map("cores")) {
    cores->text("unit", "");
    chip.cores_built = cores->small_integer("built", 1, 0);
    chip.cores_enabled = cores->small_integer("enabled", 1);
    cores->finish();
  }
  chip.clock = fields.has("clock") ? fields.positive<base::Rate>("clock") : base::Rate(0);
  auto& device = chip.device;
  device.cores = chip.cores_enabled * (chip.dies / chip.devices());
  const auto rate = [dies](Fields& map, const char* name) {
    return map.positive<base::WorkRate>(name) * dies;
  };
  device.peaks.matrix = per_precision(fields.map("matrix"), rate);
  // Scales of blocks are applied by the kernel, so that any unit for FP8 will do.
  auto& block = device.peaks.matrix[index_of(Precision::kFp8Block)];
  if (block.si() <= 0) block = device.peaks.matrix[index_of(Precision::kFp8)];
  auto vector = fields.map("vector");
  device.peaks.vector_fp32 = vector.positive<base::WorkRate>("fp32") * dies;
  device.peaks.vector_fp16 = vector.quantity<base::WorkRate>("fp16", base::WorkRate(0)) * dies;
  vector.finish();
  if (auto l2 = fields.maybe_map("l2")) {
    device.l2 = l2->quantity<base::Bytes>("capacity") * dies;
    device.l2_bandwidth = l2->quantity<base::Bandwidth>("bandwidth", base::Bandwidth(0)) * dies;
    l2->finish();
  }
  fields.finish();
}

void read_memory(Fields fields, Chip& chip, double dies) {
  fields.text("type", "");
  chip.memory_stacks = fields.small_integer("stacks", 1, 0) * chip.dies;
  auto& device = chip.device;
  device.memory_capacity = fields.positive<base::Bytes>("capacity") * dies;
  device.memory_usable =
      fields.has("usable") ? fields.quantity<base::Bytes>("usable") * dies : device.memory_capacity;
  if (fields.has("usable") && device.memory_usable > device.memory_capacity) {
    fields.reading().error(*fields.value("usable"), "more than the capacity");
  }
  device.memory_bandwidth = fields.positive<base::Bandwidth>("bandwidth") * dies;
  if (chip.exposure == Exposure::kUnified) {
    device.memory_bandwidth = bridged(device.memory_bandwidth, chip, chip.remote_share);
  }
  fields.finish();
}

void read_power(Fields fields, Chip& chip) {
  auto& power = chip.device.power;
  const double share = 1.0 / chip.devices();
  power.limit = fields.quantity<base::Power>("tdp") * share;
  power.idle = fields.quantity<base::Power>("idle") * share;
  power.active = fields.quantity<base::Power>("active") * share;
  power.per_flop = per_precision(fields.map("per_flop"), [](Fields& map, const char* name) {
    return map.quantity<base::EnergyPerWork>(name);
  });
  fill_families(power.per_flop);
  power.per_memory_byte = fields.quantity<base::EnergyPerByte>("per_memory_byte");
  if (power.limit <= power.idle && fields.has("tdp")) {
    fields.reading().error(*fields.value("tdp"), "must lie above the idle power");
  }
  power.cap_exponent = at_least(1, fields, "cap_exponent", power.cap_exponent);
  fields.finish();
}

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

void read_kernels(Fields fields, KernelParameters& kernels) {
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

// A format with a peak but no efficiency or energy would silently compute with zero.
void check_formats(const Device& device, Fields& fields) {
  const auto complain = [&](const char* outer, const char* inner, const char* last,
                            const std::string& what) {
    auto node = fields.value(outer);
    for (const char* key : {inner, last}) {
      if (node && node->is_map() && *key != '\0') node = node->find(key);
    }
    fields.reading().error(node ? *node : fields.node(), what);
  };
  for (std::size_t p = 0; p < kPrecisionCount; ++p) {
    if (device.peaks.matrix[p].si() <= 0) continue;
    const std::string format = kPrecisionNames[p];
    if (device.kernels.gemm.efficiency[p] <= 0) {
      complain("kernels", "gemm", "efficiency",
               "missing '" + format + "': the chip has this format");
    }
    if (device.power.per_flop[p].si() <= 0) {
      complain("power", "per_flop", "", "missing '" + format + "': the chip has this format");
    }
  }
}

// The numbers of a step do not depend on how its chip was made: what is uncertain there is not
// among the uncertain inputs of whoever reads a chip.
void read_making(Fields& fields, Chip& chip) {
  const auto block = fields.value("manufacturing");
  if (!block || block->is_null()) return;
  base::Reading at_modes;
  const auto made =
      manufacturing::read_manufacturing(Fields(*block, at_modes, fields.name()), design_of(chip));
  try {
    at_modes.throw_if_any();
    chip.manufacturing = made;
  } catch (const base::InputError& errors) {
    for (const auto& error : errors.diagnostics()) fields.reading().diagnostics().add(error);
  }
}

}  // namespace

manufacturing::Design design_of(const Chip& chip) {
  manufacturing::Design design;
  design.die_area = chip.die_area;
  design.cores_built = chip.cores_built;
  design.cores_enabled = chip.cores_enabled;
  design.clock = chip.clock;
  design.dies = chip.dies;
  design.stacks = chip.memory_stacks;
  design.memory = chip.device.memory_capacity * chip.devices();
  return design;
}

Chip read_chip(const base::Document& document, base::Reading& reading) {
  Chip chip;
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  chip.id = document.file().stem().string();
  chip.name = fields.text("name");
  chip.vendor = fields.text("vendor");
  fields.text("announced", "");
  read_package(fields.map("package"), chip);
  const double dies_per_device = static_cast<double>(chip.dies) / chip.devices();
  read_die(fields.map("die"), chip, dies_per_device);
  read_memory(fields.map("memory"), chip, dies_per_device);
  read_power(fields.map("power"), chip);
  read_kernels(fields.map("kernels"), chip.device.kernels);
  if (reading.diagnostics().empty()) read_making(fields, chip);
  fields.value("manufacturing");
  chip.device.name = chip.name;
  chip.device.vendor = chip.vendor;
  chip.device.dies = chip.dies / chip.devices();
  chip.device.devices_per_package = chip.devices();
  if (reading.diagnostics().empty()) check_formats(chip.device, fields);
  fields.finish();
  return chip;
}

}  // namespace weft::chips
