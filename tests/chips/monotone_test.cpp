// What must hold for any shape on any device: more work is never faster, a better device never
// slower, and a kernel draws between idle power and the limit. Times are of independent sums and
// powers, so last digits are given away, and nothing for tiles: waves are whole before and after.
// Sizes that are no multiple of 8 cost extra on their own, which is tested with the other forms.

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

constexpr double kLastDigits = 1 + 1e-12;

class Monotone : public ::testing::Test {
 protected:
  double upto(double high) { return std::uniform_real_distribution<>(0, high)(engine_); }
  double between(double low, double high) { return low + upto(high - low); }
  // Whole, evenly spread over its orders of magnitude.
  double size(double bits) { return std::floor(std::exp2(upto(bits))); }
  bool coin() { return engine_() % 2 == 0; }

  Device device() {
    Device device = round_device();
    for (const auto p : {kBf16, kFp8}) {
      device.peaks.matrix[p] = base::WorkRate(between(50, 4000) * kTera);
      device.kernels.gemm.efficiency[p] = between(0.3, 1);
      device.kernels.gemm.memory_efficiency[p] = coin() ? between(0.3, 1) : 0;
      device.power.per_flop[p] = base::EnergyPerWork(between(0.1, 2) * kPico);
    }
    device.peaks.vector_fp32 = base::WorkRate(between(5, 80) * kTera);
    device.memory_bandwidth = base::Bandwidth(between(0.5, 20) * kTera);
    device.l2 = base::Bytes(coin() ? between(10, 200) * 1e6 : 0);
    device.l2_bandwidth = base::Bandwidth(coin() ? between(1, 20) * kTera : 0);
    device.cores = coin() ? static_cast<int>(size(8)) : 0;
    gemm(device.kernels.gemm);
    attention(device.kernels.attention);
    device.kernels.memory = {between(0.3, 1), base::Bytes(coin() ? upto(500) : 0)};
    device.kernels.quantise = {{{base::Bytes(between(3, 9)), base::Time(upto(20) * 1e-6)},
                                {base::Bytes(between(2, 6)), base::Time(upto(9) * 1e-6)}}};
    device.kernels.handover = base::Bytes(coin() ? upto(16) : 0);
    return device;
  }

  Gemm gemm_shape() {
    Gemm shape{size(15), size(15), size(15), 1 + size(2)};
    shape.precision = coin() ? Precision::kBf16 : Precision::kFp8;
    shape.output_bytes = coin() ? 2 : 8;
    shape.epilogue = coin() ? upto(50) : 0;
    return shape;
  }

  AttentionSize attention_size() {
    AttentionSize size_of{size(4), size(13), size(14), 8 * size(4), 8, 64, 64};
    size_of.causal = coin();
    size_of.window = coin() ? size(12) : 0;
    return size_of;
  }

  MemoryBound stream() {
    MemoryBound shape = operator_shape(static_cast<Operator>(engine_() % kOperatorCount), size(30),
                                       2, base::Bytes(coin() ? size(12) : 0));
    return shape;
  }

  void gemm(GemmParameters& gemm) {
    const std::array<double, 4> norms = {1, 2, std::numeric_limits<double>::infinity(),
                                         between(1, 9)};
    gemm.fixed = base::Time(upto(15) * 1e-6);
    gemm.norm = norms[engine_() % norms.size()];
    gemm.edge = coin() ? upto(150) : 0;
    gemm.grouped = between(0.5, 1);
    gemm.droop = coin() ? upto(0.3) : 0;
    gemm.waves = coin() ? upto(1) : 0;
    gemm.sustained = between(0.6, 1);
  }

  void attention(AttentionParameters& attention) {
    attention.overhead = base::Time(upto(3) * kPico);
    attention.backward_overhead = between(1, 4);
    attention.overlap = upto(1);
    attention.fixed = base::Time(upto(30) * 1e-6);
    attention.edge = coin() ? upto(300) : 0;
  }

  std::mt19937_64 engine_{11};
};

constexpr int kCases = 20000;

double seconds(const Device& device, const Gemm& shape) {
  return gemm(device, {}, shape).time.si();
}

// Of each kind of kernel, to be compared one by one.
struct Kernels {
  Gemm gemm;
  Attention attention;
  MemoryBound stream;
  Quantise cast;
  std::vector<double> times(const Device& device, const OperatingPoint& point = {}) const {
    const GroupedGemm grouped{gemm.count,        gemm.m,       gemm.n, gemm.k, gemm.precision,
                              gemm.output_bytes, gemm.epilogue};
    std::vector<double> times;
    for (const auto& cost :
         {weft::chips::gemm(device, point, gemm), grouped_gemm(device, point, grouped),
          weft::chips::attention(device, point, attention), memory_bound(device, point, stream),
          quantise(device, point, cast)}) {
      times.push_back(cost.time.si());
    }
    return times;
  }
};

TEST_F(Monotone, GemmsNeverGetFasterWithASize) {
  for (int i = 0; i < kCases; ++i) {
    const auto on = device();
    const auto shape = gemm_shape();
    for (double Gemm::*dimension : {&Gemm::m, &Gemm::n, &Gemm::k}) {
      auto larger = shape;
      larger.*dimension = coin() ? shape.*dimension + 1 : std::ceil(shape.*dimension * upto(9) + 1);
      if (larger.*dimension < shape.*dimension) continue;
      EXPECT_GE(seconds(on, larger) * kLastDigits, seconds(on, shape))
          << shape.m << 'x' << shape.n << 'x' << shape.k;
    }
  }
}

// One row, column or group after the other, over the borders of tiles and waves.
TEST_F(Monotone, GemmsNeverGetFasterStepByStep) {
  for (int i = 0; i < 20; ++i) {
    auto on = device();
    on.cores = 4 + static_cast<int>(size(6));
    on.kernels.gemm.waves = i % 4 == 0 ? 1 : between(0, 1);
    GroupedGemm shape{1, 1, 1000, 512};
    double last = 0;
    const auto grows = [&] {
      const double now = grouped_gemm(on, {}, shape).time.si();
      EXPECT_GE(now * kLastDigits, last) << shape.groups << ' ' << shape.m << ' ' << shape.n;
      last = now;
    };
    for (; shape.m < 1000; ++shape.m) grows();
    for (; shape.n < 3000; ++shape.n) grows();
    for (; shape.groups < 100; ++shape.groups) grows();
  }
}

TEST_F(Monotone, AttentionNeverGetsFasterWithASize) {
  using Size = AttentionSize;
  for (int i = 0; i < kCases; ++i) {
    const auto on = device();
    const auto small = attention_size();
    const bool backward = coin();
    const auto time = [&](const Size& size) {
      auto shape = attention_of(size, Precision::kBf16);
      shape.backward = backward;
      return weft::chips::attention(on, {}, shape).time.si();
    };
    // More queries on as many keys see less of the triangle, so both grow.
    for (double Size::*dimension :
         {&Size::batch, &Size::keys, &Size::heads, &Size::head_dim, &Size::value_head_dim}) {
      auto large = small;
      large.*dimension += size(8);
      EXPECT_GE(time(large) * kLastDigits, time(small));
    }
    auto large = small;
    const double more = size(8);
    large.queries += more;
    large.keys += more;
    EXPECT_GE(time(large) * kLastDigits, time(small));
  }
}

TEST_F(Monotone, StreamsAndCastsNeverGetFasterWithTheirSize) {
  for (int i = 0; i < kCases; ++i) {
    const auto on = device();
    const auto shape = stream();
    auto larger = shape;
    larger.traffic *= between(1, 3);
    auto busier = shape;
    busier.vector_work *= between(1, 3);
    auto chopped = shape;
    chopped.block = base::Bytes(shape.block.si() > 0 ? shape.block.si() / 2 : 64);
    for (const auto& worse : {larger, busier, chopped}) {
      EXPECT_GE(memory_bound(on, {}, worse).time, memory_bound(on, {}, shape).time);
    }
    const Quantise cast{size(30), coin() ? Precision::kFp8 : Precision::kNvfp4};
    EXPECT_GE(quantise(on, {}, {cast.elements * 1.5, cast.to}).time, quantise(on, {}, cast).time);
  }
}

// Peaks and the bandwidth of L2 go with the cores.
Device with_cores(Device device, int cores) {
  const double share = static_cast<double>(cores) / device.cores;
  for (auto& peak : device.peaks.matrix) peak *= share;
  device.peaks.vector_fp32 *= share;
  device.l2_bandwidth *= share;
  device.cores = cores;
  return device;
}

TEST_F(Monotone, AWorseDeviceIsNeverFaster) {
  const std::vector<std::function<void(Device&, double)>> worsenings = {
      [](Device& d, double by) { d.memory_bandwidth *= by; },
      [](Device& d, double by) { d.l2 *= by; },
      [](Device& d, double by) { d.peaks.vector_fp32 *= by; },
      [](Device& d, double by) { d.kernels.vector_efficiency *= by; },
      [](Device& d, double by) { d.kernels.memory.efficiency *= by; },
      [](Device& d, double by) { d.kernels.gemm.sustained *= by; },
      [](Device& d, double by) { d.kernels.gemm.grouped *= by; },
      [](Device& d, double by) {
        for (auto& e : d.kernels.gemm.efficiency) e *= by;
      },
      [](Device& d, double by) {
        for (auto& e : d.kernels.gemm.memory_efficiency) e *= by;
      },
      [](Device& d, double by) {
        for (auto& peak : d.peaks.matrix) peak *= by;
      },
      [](Device& d, double by) { d.kernels.attention.overlap *= by; },
      [](Device& d, double by) { d.kernels.gemm.edge /= by; },
      [](Device& d, double by) { d.kernels.attention.edge /= by; },
      [](Device& d, double by) { d.kernels.gemm.droop /= by; },
      [](Device& d, double by) { d.kernels.gemm.fixed = d.kernels.gemm.fixed / by; },
      [](Device& d, double by) { d.kernels.memory.half_block = d.kernels.memory.half_block / by; },
      [](Device& d, double by) {
        if (d.cores > 0) d = with_cores(d, std::max(1, static_cast<int>(d.cores * by)));
      }};
  for (int i = 0; i < kCases / 10; ++i) {
    const auto good = device();
    const Kernels kernels{gemm_shape(),
                          attention_of(attention_size(), Precision::kBf16),
                          stream(),
                          {size(30), Precision::kFp8}};
    const auto fast = kernels.times(good);
    for (std::size_t w = 0; w < worsenings.size(); ++w) {
      auto bad = good;
      worsenings[w](bad, between(0.3, 1));
      const auto slow = kernels.times(bad);
      for (std::size_t k = 0; k < fast.size(); ++k) {
        EXPECT_GE(slow[k] * kLastDigits, fast[k]) << "change " << w << ", kernel " << k;
      }
    }
  }
}

// Core after core is disabled.
TEST_F(Monotone, HarvestedDevicesAreNeverFaster) {
  for (int i = 0; i < 200; ++i) {
    auto whole = device();
    whole.cores = 100;
    whole.kernels.gemm.waves = between(0, 1);
    const auto shape = gemm_shape();
    double last = 0;
    for (int cores = 100; cores > 0; --cores) {
      const double now = seconds(with_cores(whole, cores), shape);
      EXPECT_GE(now * kLastDigits, last);
      last = now;
    }
  }
}

TEST_F(Monotone, TimeAloneIsTheTimeOfTheKernel) {
  for (int i = 0; i < kCases; ++i) {
    const auto on = device();
    auto shape = gemm_shape();
    const double count = shape.count;
    shape.count = 1;
    const auto once = gemm_time(on, shape);
    EXPECT_EQ(once, weft::chips::gemm(on, {}, shape).time);
    shape.count = count;
    EXPECT_EQ(once, gemm_time(on, shape));
  }
  EXPECT_EQ(gemm_time(round_device(), Gemm{}).si(), 0);
}

TEST_F(Monotone, PowerLiesBetweenIdleAndTheLimit) {
  for (int i = 0; i < kCases; ++i) {
    const auto on = device();
    const OperatingPoint point{base::Power(coin() ? 0 : between(160, 500))};
    const auto cap =
        point.power_cap.si() > 0 ? std::min(point.power_cap, on.power.limit) : on.power.limit;
    for (const auto& cost :
         {weft::chips::gemm(on, point, gemm_shape()),
          weft::chips::attention(on, point, attention_of(attention_size(), Precision::kBf16)),
          memory_bound(on, point, stream()), quantise(on, point, {size(30), Precision::kFp8})}) {
      if (cost.time.si() <= 0) continue;
      EXPECT_GE(cost.energy / cost.time, on.power.idle);
      EXPECT_LE(cost.energy / cost.time, cap * kLastDigits);
    }
  }
}

TEST_F(Monotone, ALowerCapIsNeverFaster) {
  for (int i = 0; i < kCases / 10; ++i) {
    const auto on = device();
    const Kernels kernels{gemm_shape(),
                          attention_of(attention_size(), Precision::kBf16),
                          stream(),
                          {size(30), Precision::kFp8}};
    auto last = kernels.times(on);
    for (double cap = 390; cap > 60; cap -= 30) {
      const auto now = kernels.times(on, capped(cap));
      for (std::size_t k = 0; k < now.size(); ++k) {
        EXPECT_GE(now[k] * kLastDigits, last[k]) << "kernel " << k << " at " << cap << " W";
      }
      last = now;
    }
  }
}

}  // namespace
}  // namespace weft::chips
