// Small tables, and a device to hold against them.
#pragma once

#include <string>
#include <vector>

#include "weft/kernels/points_table.h"

namespace weft::kernels {

inline const std::string kFigures =
    "id,chip,op,m,n,k_or_seq,precision,metric,value,unit,source,notes,confidence,split\n";
inline const std::string kGemmGrid =
    "chip,framework,version,kernel_source,dtype,m,n,k,latency_us,tflops,split\n";
inline const std::string kGemmPower =
    "chip,framework,version,dtype,m,n,k,latency_us,power_w,power_limit_w,split\n";
inline const std::string kAttentionGrid =
    "chip,framework,version,phase,batch,q_len,kv_len,q_heads,kv_heads,head_dim,attn_dtype,kv_dtype,"
    "latency_us,split\n";

inline std::vector<KernelPoint> points_of(const std::string& text) {
  return parse_points(text, "table.csv").points;
}

// One row of published figures.
inline KernelPoint figure(const std::string& row) {
  auto points = points_of(kFigures + row + "\n");
  return points.empty() ? KernelPoint{} : points.front();
}

// 100 TFLOP/s of BF16 and 200 of FP8, 1 TB/s, no starts; time and energy in round numbers.
inline chips::Device plain_device() {
  chips::Device device;
  device.name = "plain";
  device.peaks.matrix[chips::index_of(chips::Precision::kBf16)] = base::WorkRate(100e12);
  device.peaks.matrix[chips::index_of(chips::Precision::kFp16)] = base::WorkRate(100e12);
  device.peaks.matrix[chips::index_of(chips::Precision::kFp8)] = base::WorkRate(200e12);
  device.peaks.vector_fp32 = base::WorkRate(10e12);
  device.peaks.vector_fp16 = base::WorkRate(20e12);
  device.memory_bandwidth = base::Bandwidth(1e12);
  device.kernels.gemm.efficiency.fill(0.8);
  device.kernels.gemm.memory_efficiency.fill(0.9);
  device.kernels.memory.efficiency = 0.9;
  for (auto& cast : device.kernels.quantise) cast = {base::Bytes(5), base::Time(1e-6)};
  device.power.limit = base::Power(500);
  device.power.idle = base::Power(100);
  device.power.per_flop.fill(base::EnergyPerWork(1e-12));
  device.power.per_memory_byte = base::EnergyPerByte(50e-12);
  return device;
}

}  // namespace weft::kernels
