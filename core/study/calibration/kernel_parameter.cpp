#include "weft/calibration/kernel_parameter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace weft::calibration {

namespace {

using base::Bytes;
using base::EnergyPerByte;
using base::EnergyPerWork;
using base::Time;
using chips::Device;
using chips::index_of;
using chips::Precision;

constexpr double kMicro = 1e-6;
constexpr double kPico = 1e-12;

chips::QuantiseParameters& cast(Device& device, chips::Scaling scaling) {
  return device.kernels.quantise[static_cast<std::size_t>(scaling)];
}
const chips::QuantiseParameters& cast(const Device& device, chips::Scaling scaling) {
  return device.kernels.quantise[static_cast<std::size_t>(scaling)];
}

// Efficiencies are shares; fixed times lie between those of a graph's kernels and of an eager
// launch; energies and times a score within a factor of two of what chips of one generation show.
constexpr std::array<KernelFamily, 22> kFamilies = {{
    {"kernels.gemm.efficiency.",
     "",
     1,
     {0.75, 1.25, 0.3, 0.7, 0.95, 0.1, 1},
     "add large {} GEMMs (m, n and k from 4096)",
     [](const Device& d, Precision p) { return d.kernels.gemm.efficiency[index_of(p)]; },
     [](Device& d, Precision p, double v) { d.kernels.gemm.efficiency[index_of(p)] = v; }},
    {"kernels.gemm.memory.",
     "",
     1,
     {0.7, 1.2, 0.4, 0.7, 0.95, 0.1, 1},
     "add thin {} GEMMs (m up to 64)",
     [](const Device& d, Precision p) { return d.kernels.gemm.memory_efficiency[index_of(p)]; },
     [](Device& d, Precision p, double v) { d.kernels.gemm.memory_efficiency[index_of(p)] = v; }},
    {"kernels.gemm.fixed",
     " us",
     kMicro,
     {0.5, 2, 1e-6, 4e-6, 16e-6, 0.1e-6, 60e-6},
     "add small GEMMs (m, n and k up to 512)",
     [](const Device& d, Precision) { return d.kernels.gemm.fixed.si(); },
     [](Device& d, Precision, double v) { d.kernels.gemm.fixed = Time(v); }},
    {"kernels.gemm.norm",
     "",
     1,
     {0.5, 2, 1.5, 3, 6, 1, 12},
     "add GEMMs between thin and large (m from 64 to 1024)",
     [](const Device& d, Precision) { return d.kernels.gemm.norm; },
     [](Device& d, Precision, double v) { d.kernels.gemm.norm = v; }},
    {"kernels.gemm.edge",
     "",
     1,
     {0.25, 4, 0, 20, 60, 0, 400},
     "add GEMMs with a dimension below 512",
     [](const Device& d, Precision) { return d.kernels.gemm.edge; },
     [](Device& d, Precision, double v) { d.kernels.gemm.edge = v; }},
    {"kernels.gemm.grouped",
     "",
     1,
     {0.7, 1.1, 0.6, 0.9, 1, 0.2, 1},
     "add grouped GEMMs (experts) with large groups",
     [](const Device& d, Precision) { return d.kernels.gemm.grouped; },
     [](Device& d, Precision, double v) { d.kernels.gemm.grouped = v; }},
    {"kernels.gemm.droop",
     "",
     1,
     {0.5, 2, 0, 0.05, 0.2, 0, 1},
     "add GEMMs whose matrices exceed the L2 cache many times",
     [](const Device& d, Precision) { return d.kernels.gemm.droop; },
     [](Device& d, Precision, double v) { d.kernels.gemm.droop = v; }},
    {"kernels.gemm.waves",
     "",
     1,
     {0.5, 2, 0, 0.3, 1, 0, 1},
     "add GEMMs of a few tiles a core",
     [](const Device& d, Precision) { return d.kernels.gemm.waves; },
     [](Device& d, Precision, double v) { d.kernels.gemm.waves = v; }},
    {"kernels.quantise.tensor.traffic",
     " B",
     1,
     {0.5, 2.4, 2.5, 5, 12, 1, 30},
     "add fp8 GEMMs with their cast, of large m and k",
     [](const Device& d, Precision) { return cast(d, chips::Scaling::kTensor).traffic.si(); },
     [](Device& d, Precision, double v) { cast(d, chips::Scaling::kTensor).traffic = Bytes(v); }},
    {"kernels.quantise.tensor.fixed",
     " us",
     kMicro,
     {0.4, 2.5, 2e-6, 8e-6, 20e-6, 0.1e-6, 60e-6},
     "add small fp8 GEMMs with their cast",
     [](const Device& d, Precision) { return cast(d, chips::Scaling::kTensor).fixed.si(); },
     [](Device& d, Precision, double v) { cast(d, chips::Scaling::kTensor).fixed = Time(v); }},
    {"kernels.quantise.block.traffic",
     " B",
     1,
     {0.5, 2.4, 1.5, 3, 7, 1, 30},
     "add fp8_block or fp4 GEMMs with their cast, of large m and k",
     [](const Device& d, Precision) { return cast(d, chips::Scaling::kBlock).traffic.si(); },
     [](Device& d, Precision, double v) { cast(d, chips::Scaling::kBlock).traffic = Bytes(v); }},
    {"kernels.quantise.block.fixed",
     " us",
     kMicro,
     {0.4, 2.5, 1e-6, 4e-6, 10e-6, 0.1e-6, 60e-6},
     "add small fp8_block or fp4 GEMMs with their cast",
     [](const Device& d, Precision) { return cast(d, chips::Scaling::kBlock).fixed.si(); },
     [](Device& d, Precision, double v) { cast(d, chips::Scaling::kBlock).fixed = Time(v); }},
    {"kernels.handover",
     " B",
     1,
     {0.5, 2, 2, 8, 16, 0, 64},
     "add GEMMs with a fused activation, and the same without",
     [](const Device& d, Precision) { return d.kernels.handover.si(); },
     [](Device& d, Precision, double v) { d.kernels.handover = Bytes(v); }},
    {"kernels.memory.efficiency",
     "",
     1,
     {0.7, 1.2, 0.4, 0.8, 0.95, 0.1, 1},
     "add copies and element-wise kernels of 100 MB and more",
     [](const Device& d, Precision) { return d.kernels.memory.efficiency; },
     [](Device& d, Precision, double v) { d.kernels.memory.efficiency = v; }},
    {"kernels.memory.half_block",
     " B",
     1,
     {0.5, 2, 0, 100, 400, 0, 4096},
     "add reads in blocks of 64 to 512 bytes",
     [](const Device& d, Precision) { return d.kernels.memory.half_block.si(); },
     [](Device& d, Precision, double v) { d.kernels.memory.half_block = Bytes(v); }},
    {"kernels.attention.overhead_per_score",
     " ps",
     kPico,
     {0.5, 2, 0.05e-12, 0.2e-12, 2e-12, 0.005e-12, 20e-12},
     "add forward attention of long sequences (from 4096) at two head dimensions",
     [](const Device& d, Precision) { return d.kernels.attention.overhead.si(); },
     [](Device& d, Precision, double v) { d.kernels.attention.overhead = Time(v); }},
    {"kernels.attention.fixed",
     " us",
     kMicro,
     {0.5, 4, 2e-6, 8e-6, 30e-6, 0.1e-6, 100e-6},
     "add forward attention of short sequences (up to 1024)",
     [](const Device& d, Precision) { return d.kernels.attention.fixed.si(); },
     [](Device& d, Precision, double v) { d.kernels.attention.fixed = Time(v); }},
    {"kernels.attention.edge",
     "",
     1,
     {0.25, 4, 0, 60, 300, 0, 3000},
     "add forward attention of middling sequences (512 to 4096)",
     [](const Device& d, Precision) { return d.kernels.attention.edge; },
     [](Device& d, Precision, double v) { d.kernels.attention.edge = v; }},
    {"kernels.attention.backward_overhead",
     "",
     1,
     {0.5, 2, 1, 2, 4, 0.5, 20},
     "add backward attention of long sequences",
     [](const Device& d, Precision) { return d.kernels.attention.backward_overhead; },
     [](Device& d, Precision, double v) { d.kernels.attention.backward_overhead = v; }},
    {"kernels.attention.portable",
     "",
     1,
     {0.7, 1.8, 1, 1.4, 2, 1, 5},
     "add attention kernels that do without the chip's own instructions",
     [](const Device& d, Precision) { return d.kernels.attention.portable; },
     [](Device& d, Precision, double v) { d.kernels.attention.portable = v; }},
    {"power.per_flop.",
     " pJ/FLOP",
     kPico,
     {0.5, 2, 0.1e-12, 0.5e-12, 2e-12, 0.01e-12, 20e-12},
     "add the power of large {} GEMMs (100 us and more)",
     [](const Device& d, Precision p) { return d.power.per_flop[index_of(p)].si(); },
     [](Device& d, Precision p, double v) { d.power.per_flop[index_of(p)] = EnergyPerWork(v); }},
    {"power.per_memory_byte",
     " pJ/B",
     kPico,
     {0.5, 2, 20e-12, 50e-12, 100e-12, 1e-12, 1e-9},
     "add the power of thin GEMMs or streams (100 us and more)",
     [](const Device& d, Precision) { return d.power.per_memory_byte.si(); },
     [](Device& d, Precision, double v) { d.power.per_memory_byte = EnergyPerByte(v); }},
}};

base::Distribution wide(const WidePrior& prior, double by_hand) {
  const auto kind = base::Distribution::Kind::kTriangular;
  if (by_hand <= 0) return {kind, prior.low, prior.mode, prior.high};
  return {kind, std::max(by_hand * prior.down, std::min(prior.least, by_hand)), by_hand,
          std::min(by_hand * prior.up, std::max(prior.most, by_hand))};
}

// The range that the document gives, else the wide one.
base::Distribution prior_of(const KernelFamily& family, const std::string& path, double by_hand,
                            const std::vector<base::UncertainInput>& inputs) {
  for (const auto& input : inputs) {
    if (input.path == path) return input.distribution;
  }
  return wide(family.prior, by_hand);
}

std::string path_of(const KernelFamily& family, Precision precision) {
  const std::string_view path = family.path;
  return std::string(path) + (path.ends_with('.') ? chips::name_of(precision) : "");
}

Parameter parameter_of(const chips::Chip& chip, const std::vector<base::UncertainInput>& inputs,
                       const KernelFamily& family, Precision precision) {
  const auto path = chip.id + "." + path_of(family, precision);
  const double by_hand = family.get(chip.device, precision);
  const auto prior = prior_of(family, path, by_hand, inputs);
  // A 0 stands for nothing known, all else for what may be so.
  const double least = by_hand > 0 ? std::min(family.prior.least, by_hand) : family.prior.least;
  return {{path, prior}, least, std::max(family.prior.most, by_hand)};
}

}  // namespace

const KernelFamily& family_of(Family family) { return kFamilies[static_cast<std::size_t>(family)]; }

KernelParameter::KernelParameter(const chips::Chip& chip,
                                 const std::vector<base::UncertainInput>& inputs,
                                 const Device& start, Family family, Precision precision)
    : family_(family),
      precision_(precision),
      start_(family_of(family).get(start, precision)),
      prior_(parameter_of(chip, inputs, family_of(family), precision)) {}

bool KernelParameter::is_per_format() const {
  return std::string_view(traits().path).ends_with('.');
}

std::string KernelParameter::path(Precision precision) const {
  return path_of(traits(), precision);
}

void KernelParameter::put(Device& device, double value) const {
  traits().set(device, precision_, value);
  if (twin_) traits().set(device, *twin_, value);
}

std::string KernelParameter::written(double value) const {
  return fmt::format("{:.4g}{}", value / traits().unit_size, traits().unit);
}

std::string KernelParameter::advice() const {
  return fmt::format(fmt::runtime(traits().advice), chips::name_of(precision_));
}

}  // namespace weft::calibration
