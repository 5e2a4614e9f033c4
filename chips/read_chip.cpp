#include <string>

#include "weft/base/fields.h"
#include "weft/chips/chip.h"

namespace weft::chips {

namespace {

using base::Fields;

// A map precision -> value; formats that are not named keep `initial`.
template <class T, class Read>
PerPrecision<T> per_precision(Fields fields, T initial, Read read) {
  PerPrecision<T> values;
  values.fill(initial);
  for (std::size_t p = 0; p < kPrecisionCount; ++p) {
    if (fields.has(kPrecisionNames[p])) values[p] = read(fields, kPrecisionNames[p]);
  }
  fields.finish();
  return values;
}

void read_package(Fields fields, Chip& chip) {
  chip.dies = fields.small_integer("dies", 1);
  chip.exposure = fields.choice("exposed_as", {"unified", "split"}, 0) == 1 ? Exposure::kSplit
                                                                            : Exposure::kUnified;
  if (auto bridge = fields.maybe_map("die_to_die")) {
    chip.die_to_die = bridge->positive<base::Bandwidth>("bandwidth");
    bridge->choice("per", {"direction"}, 0);
    // A unified package hides its bridge; only split dies talk over it as devices.
    chip.die_to_die_latency = chip.exposure == Exposure::kSplit
                                  ? bridge->quantity<base::Time>("latency")
                                  : bridge->quantity<base::Time>("latency", base::Time(0));
    chip.die_to_die_efficiency = bridge->share("efficiency", 1.0);
    bridge->finish();
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
  fields.maybe<base::Rate>("clock");
  auto& device = chip.device;
  const auto rate = [dies](Fields& map, const char* name) {
    return map.positive<base::WorkRate>(name) * dies;
  };
  device.peaks.matrix = per_precision(fields.map("matrix"), base::WorkRate(0), rate);
  auto vector = fields.map("vector");
  device.peaks.vector_fp32 = vector.positive<base::WorkRate>("fp32") * dies;
  device.peaks.vector_fp16 = vector.quantity<base::WorkRate>("fp16", base::WorkRate(0)) * dies;
  vector.finish();
  if (auto l2 = fields.maybe_map("l2")) {
    device.l2 = l2->quantity<base::Bytes>("capacity") * dies;
    l2->maybe<base::Bandwidth>("bandwidth");
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
  fields.finish();
}

void read_power(Fields fields, Chip& chip) {
  auto& power = chip.device.power;
  const double share = 1.0 / chip.devices();
  power.limit = fields.quantity<base::Power>("tdp") * share;
  power.idle = fields.quantity<base::Power>("idle") * share;
  power.active = fields.quantity<base::Power>("active") * share;
  power.per_flop = per_precision(
      fields.map("per_flop"), base::EnergyPerWork(0),
      [](Fields& map, const char* name) { return map.quantity<base::EnergyPerWork>(name); });
  power.per_memory_byte = fields.quantity<base::EnergyPerByte>("per_memory_byte");
  if (power.limit <= power.idle && fields.has("tdp")) {
    fields.reading().error(*fields.value("tdp"), "must lie above the idle power");
  }
  power.cap_exponent = fields.number("cap_exponent", power.cap_exponent);
  fields.finish();
}

void read_gemm(Fields fields, KernelParameters& kernels) {
  kernels.gemm_efficiency = per_precision(
      fields.map("efficiency"), 0.0, [](Fields& map, const char* name) { return map.share(name); });
  kernels.gemm_fixed = fields.quantity<base::Time>("fixed");
  kernels.roofline_norm = fields.number("norm", kernels.roofline_norm);
  if (kernels.roofline_norm < 1) {
    fields.reading().error(*fields.value("norm"), "the norm of a roofline is 1 or more");
  }
  kernels.gemm_edge = fields.number("edge", 0.0);
  kernels.gemm_misaligned = fields.number("misaligned", 1.0);
  kernels.grouped_gemm_efficiency = fields.share("grouped", 1.0);
  fields.finish();
}

void read_kernels(Fields fields, KernelParameters& kernels) {
  read_gemm(fields.map("gemm"), kernels);
  auto attention = fields.map("attention");
  kernels.attention_overhead = attention.quantity<base::Time>("overhead_per_score");
  kernels.attention_backward_overhead = attention.number("backward_overhead");
  kernels.attention_overlap = attention.number("overlap", 0.0);
  if (kernels.attention_overlap < 0 || kernels.attention_overlap > 1) {
    attention.reading().error(*attention.value("overlap"), "an overlap lies between 0 and 1");
  }
  attention.finish();
  auto memory = fields.map("memory");
  kernels.memory_efficiency = memory.share("efficiency");
  memory.finish();
  auto vector = fields.map("vector");
  kernels.vector_efficiency = vector.share("efficiency");
  vector.finish();
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
    if (device.kernels.gemm_efficiency[p] <= 0) {
      complain("kernels", "gemm", "efficiency",
               "missing '" + format + "': the chip has this format");
    }
    if (device.power.per_flop[p].si() <= 0) {
      complain("power", "per_flop", "", "missing '" + format + "': the chip has this format");
    }
  }
}

}  // namespace

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
  chip.device.name = chip.name;
  chip.device.vendor = chip.vendor;
  chip.device.dies = chip.dies / chip.devices();
  chip.device.devices_per_package = chip.devices();
  if (reading.diagnostics().empty()) check_formats(chip.device, fields);
  fields.finish();
  return chip;
}

}  // namespace weft::chips
