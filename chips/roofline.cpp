#include "weft/chips/roofline.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "bridge.h"

namespace weft::chips {

namespace {

base::Bandwidth achieved_bandwidth(const Device& device, Precision precision) {
  const double share = device.kernels.gemm.memory_efficiency[index_of(precision)];
  return device.memory_bandwidth * (share > 0 ? share : device.kernels.memory.efficiency);
}

base::WorkRate achieved_peak(const Device& device, Precision precision) {
  const auto p = index_of(precision);
  return device.peaks.matrix[p] * device.kernels.gemm.efficiency[p];
}

// By how much a bin is faster; a number that stays need not be known.
double ratio(double now, double was, const std::string& name, const char* what) {
  if (now == was) return 1.0;
  if (was <= 0) throw std::invalid_argument(fmt::format("the {} of {} is not known", what, name));
  return now / was;
}

void scale(Device& device, double speed, double cores) {
  for (auto& peak : device.peaks.matrix) peak *= speed;
  device.peaks.vector_fp32 *= speed;
  device.peaks.vector_fp16 *= speed;
  device.l2_bandwidth *= speed;
  device.kernels.attention.overhead *= 1 / speed;
  device.power.active *= speed;
  device.cores = static_cast<int>(std::lround(device.cores * cores));
}

}  // namespace

Roofline roofline(const Device& device) {
  Roofline result;
  result.bandwidth = device.memory_bandwidth * device.kernels.memory.efficiency;
  result.vector_fp32 = device.peaks.vector_fp32;
  for (std::size_t p = 0; p < kPrecisionCount; ++p) {
    const auto precision = static_cast<Precision>(p);
    if (!device.has(precision)) continue;
    const auto achieved = achieved_peak(device, precision);
    result.roofs.push_back(
        {precision, device.peaks.matrix[p], achieved, achieved.si() / result.bandwidth.si()});
  }
  std::stable_sort(result.roofs.begin(), result.roofs.end(),
                   [](const Roof& a, const Roof& b) { return a.achieved < b.achieved; });
  return result;
}

base::WorkRate attainable(const Device& device, Precision precision, double intensity) {
  const double flat = achieved_peak(device, precision).si();
  const double slanted = achieved_bandwidth(device, precision).si() * intensity;
  if (!(flat > 0 && slanted > 0)) return base::WorkRate(0);
  const double lower = std::min(flat, slanted);
  const double norm = device.kernels.gemm.norm;
  const double rest = std::pow(lower / std::max(flat, slanted), norm);
  return base::WorkRate(lower / std::pow(1 + rest, 1 / norm));
}

Chip binned(const Chip& chip, int cores, base::Rate clock) {
  if (cores != chip.cores_enabled &&
      (cores < 1 || cores > std::max(chip.cores_built, chip.cores_enabled))) {
    throw std::invalid_argument(fmt::format("{} has 1 to {} cores on a die", chip.name,
                                            std::max(chip.cores_built, chip.cores_enabled)));
  }
  if (clock != chip.clock && !(clock.si() > 0)) {
    throw std::invalid_argument("a clock is more than 0");
  }
  const double by_cores = ratio(cores, chip.cores_enabled, chip.name, "number of cores");
  const double by_clock = ratio(clock.si(), chip.clock.si(), chip.name, "clock");
  Chip result = chip;
  scale(result.device, by_cores * by_clock, by_cores);
  result.cores_enabled = cores;
  result.clock = clock;
  return result;
}

Chip unified(const Chip& chip, double remote_share) {
  if (chip.dies < 2) throw std::invalid_argument(fmt::format("{} has one die", chip.name));
  if (!(remote_share > 0 && remote_share <= 1)) {
    throw std::invalid_argument("a share of remote traffic lies within 0 and 1");
  }
  Chip result = chip;
  result.exposure = Exposure::kUnified;
  result.remote_share = remote_share;
  auto& device = result.device;
  const auto devices = static_cast<double>(chip.devices());
  for (auto& peak : device.peaks.matrix) peak *= devices;
  device.peaks.vector_fp32 *= devices;
  device.peaks.vector_fp16 *= devices;
  device.kernels.attention.overhead *= 1 / devices;
  device.memory_capacity *= devices;
  device.memory_usable *= devices;
  device.memory_bandwidth = bridged(device.memory_bandwidth * devices, chip, remote_share);
  device.l2 *= devices;
  device.l2_bandwidth *= devices;
  device.cores *= chip.devices();
  device.dies = chip.dies;
  device.devices_per_package = 1;
  device.power.limit *= devices;
  device.power.idle *= devices;
  device.power.active *= devices;
  return result;
}

}  // namespace weft::chips
