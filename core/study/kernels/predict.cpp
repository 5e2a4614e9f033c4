#include "weft/kernels/predict.h"

#include <variant>

namespace weft::kernels {

namespace {

using chips::Device;
using chips::KernelCost;

constexpr chips::OperatingPoint kOwnLimit{};
// Backward passes read Q, K, V, O and dO and write dQ, dK and dV.
constexpr double kBackwardTraffic = 2;
// Of queries, keys and values before they are cast.
constexpr double kElementBytes = 2;

KernelCost cast_of(const Device& device, bool with_cast, double elements,
                   chips::Precision precision) {
  if (!with_cast) return {};
  return chips::quantise(device, kOwnLimit, {elements, precision});
}

KernelCost cost_of(const Device& device, const chips::Gemm& shape, bool with_cast) {
  auto cost = chips::gemm(device, kOwnLimit, shape);
  cost += cast_of(device, with_cast, shape.count * shape.m * shape.k, shape.precision);
  return cost;
}

double work_of(const chips::Gemm& shape) { return shape.count * shape.m * shape.n * shape.k; }

KernelCost cost_of(const Device& device, const MeasuredGemm& kernel) {
  return cost_of(device, kernel.shape, kernel.with_cast);
}

// Times of all are scaled to the work of the first.
KernelCost cost_of(const Device& device, const MeasuredBestGemm& kernel) {
  KernelCost best;
  for (const auto& shape : kernel.shapes) {
    const double scale = work_of(kernel.shapes.front()) / work_of(shape);
    const auto cost = scale * cost_of(device, shape, kernel.with_cast);
    if (best.time.si() <= 0 || cost.time < best.time) best = cost;
  }
  return best;
}

KernelCost cost_of(const Device& device, const MeasuredGroupedGemm& kernel) {
  const auto& shape = kernel.shape;
  auto cost = chips::grouped_gemm(device, kOwnLimit, shape);
  cost += cast_of(device, kernel.with_cast, shape.groups * shape.m * shape.k, shape.precision);
  return cost;
}

// One more pass over what is embedded and cached.
KernelCost cost_before(const Device& device, const MeasuredAttention& kernel) {
  using Before = MeasuredAttention::Before;
  if (kernel.before == Before::kNothing) return {};
  const auto& size = kernel.size;
  const bool with_queries = kernel.before == Before::kRotaryAndCache;
  const double rows = 2 * size.kv_heads + (with_queries ? size.heads : 0);
  const double elements = size.batch * size.queries * size.head_dim * rows;
  chips::MemoryBound pass;
  pass.traffic = base::Bytes(2 * elements * kElementBytes);
  return chips::memory_bound(device, kOwnLimit, pass);
}

KernelCost cost_of(const Device& device, const MeasuredAttention& kernel) {
  using Pass = MeasuredAttention::Pass;
  auto shape = chips::attention_of(kernel.size, kernel.precision);
  KernelCost cost;
  if (kernel.pass != Pass::kBackward) cost += chips::attention(device, kOwnLimit, shape);
  if (kernel.pass != Pass::kForward) {
    shape.backward = true;
    shape.traffic *= kBackwardTraffic;
    cost += chips::attention(device, kOwnLimit, shape);
  }
  const auto& parameters = device.kernels.attention;
  if (kernel.tuned && cost.time > parameters.fixed) {
    const auto start = device.kernels.gemm.fixed - parameters.fixed;
    cost = (cost.time + start) / cost.time * cost;
  }
  cost = (kernel.portable ? parameters.portable : 1.0) * cost;
  cost += cost_before(device, kernel);
  return cost;
}

KernelCost cost_of(const Device& device, const MeasuredOperator& kernel) {
  return chips::memory_bound(device, kOwnLimit, kernel.shape);
}

Prediction predict_alone(const Device& device, const Measured& kernel) {
  const auto cost = std::visit([&](const auto& k) { return cost_of(device, k); }, kernel);
  if (cost.time.si() <= 0) return {};
  return {cost.time, cost.energy / cost.time};
}

struct PrecisionOf {
  std::optional<chips::Precision> operator()(const MeasuredOperator&) const { return {}; }
  std::optional<chips::Precision> operator()(const MeasuredAttention& k) const {
    return k.precision;
  }
  std::optional<chips::Precision> operator()(const MeasuredBestGemm& k) const {
    return k.shapes.front().precision;
  }
  template <class Kernel>
  std::optional<chips::Precision> operator()(const Kernel& k) const {
    return k.shape.precision;
  }
};

}  // namespace

std::optional<chips::Precision> precision_of(const Measured& kernel) {
  return std::visit(PrecisionOf{}, kernel);
}

Prediction predict(const Device& device, const Measured& kernel) {
  // A copy of the device is dear: it holds names.
  if (device.kernels.gemm.sustained == 1.0) return predict_alone(device, kernel);
  return predict_alone(chips::measured_alone(device), kernel);
}

namespace {

// Board power is a mean over the loop that was measured: between launches the device idles.
double power_over(const Device& device, const Prediction& prediction, base::Time loop) {
  const bool waits = loop > prediction.time * kBoundByLaunches;
  const double share = waits ? prediction.time / loop : 1.0;
  return (device.power.idle + (prediction.power - device.power.idle) * share).si();
}

}  // namespace

double figure_of(const Device& device, const KernelPoint& point) {
  const auto prediction = predict(device, point.kernel);
  if (prediction.time.si() <= 0) return 0;
  switch (point.figure) {
    case Figure::kTime:
      return prediction.time.si();
    case Figure::kWorkRate:
      return (point.work / prediction.time).si();
    case Figure::kBandwidth:
      return (point.traffic / prediction.time).si();
    case Figure::kPower:
      return power_over(device, prediction, point.latency);
    case Figure::kShareOfPeak:
      break;
  }
  const auto precision = precision_of(point.kernel);
  if (!precision || !device.has(*precision)) return 0;
  return point.work / prediction.time / device.peaks.matrix[chips::index_of(*precision)];
}

}  // namespace weft::kernels
