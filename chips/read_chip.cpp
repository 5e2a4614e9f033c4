#include <optional>
#include <string>

#include <fmt/format.h>

#include "bridge.h"
#include "read_formats.h"
#include "weft/base/fields.h"
#include "weft/chips/chip.h"

namespace weft::chips {

namespace {

using base::Fields;

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
