// Devices of a class as the models of kernels and power see them.
#include <cmath>

#include "weft/population/population.h"

namespace weft::population {

namespace {

void scale_peaks(chips::Peaks& peaks, double factor) {
  for (auto& peak : peaks.matrix) peak *= factor;
  peaks.vector_fp32 *= factor;
  peaks.vector_fp16 *= factor;
}

}  // namespace

chips::Device device_of(const chips::Device& own, const DeviceClass& kind) {
  auto device = own;
  scale_peaks(device.peaks, kind.compute);
  // Cores are per die.
  if (kind.cores > 0 && device.cores > 0) device.cores = kind.cores * device.dies;
  device.memory_bandwidth *= kind.bandwidth;
  device.memory_capacity *= kind.capacity;
  device.memory_usable *= kind.capacity;
  device.power.idle += device.power.limit * (kind.power - 1.0);
  return device;
}

chips::Device slowed(const chips::Device& own, double time) {
  auto device = own;
  scale_peaks(device.peaks, 1.0 / time);
  device.memory_bandwidth *= 1.0 / time;
  device.l2_bandwidth *= 1.0 / time;
  device.kernels.gemm.fixed *= time;
  device.kernels.attention.overhead *= time;
  device.kernels.attention.fixed *= time;
  for (auto& casts : device.kernels.quantise) casts.fixed *= time;
  return device;
}

}  // namespace weft::population
