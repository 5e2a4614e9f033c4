// All points of a table against the devices that they name.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "weft/base/fields.h"
#include "weft/kernels/predict.h"

namespace weft::kernels {

namespace {

// Devices by the names of a table, each read once.
class Devices {
 public:
  Devices(const base::Catalog& catalog, const std::optional<std::string>& chip)
      : catalog_(catalog), chip_(chip) {}

  struct Entry {
    std::string id;  // empty: no document
    chips::Device device;
  };

  const Entry& of(const std::string& name) {
    const auto key = chip_ ? *chip_ : name;
    const auto found = entries_.find(key);
    if (found != entries_.end()) return found->second;
    const auto id = chip_ ? chip_ : chip_named(catalog_, name);
    return entries_.emplace(key, id ? read(*id) : Entry{}).first->second;
  }

 private:
  [[nodiscard]] Entry read(const std::string& id) const {
    base::Reading reading;
    auto chip = chips::read_chip(catalog_.load("chip", id, std::nullopt), reading);
    reading.throw_if_any();
    return {id, chips::measured_alone(std::move(chip.device))};
  }

  const base::Catalog& catalog_;
  const std::optional<std::string>& chip_;
  std::map<std::string, Entry> entries_;
};

double relative_error(const KernelPoint& point, double predicted) {
  const bool grows_with_time = point.figure == Figure::kTime || point.figure == Figure::kPower;
  return (grows_with_time ? predicted / point.published : point.published / predicted) - 1;
}

std::string reason_for(const KernelPoint& point, const Devices::Entry& entry) {
  if (!point.reason.empty()) return point.reason;
  if (entry.id.empty()) return fmt::format("no document of the chip '{}'", point.chip);
  const auto precision = precision_of(point.kernel);
  if (precision && !entry.device.has(*precision)) {
    return fmt::format("the matrix units of {} have no {}", entry.id, chips::name_of(*precision));
  }
  if (point.group == kMemoryGroup && point.figure == Figure::kBandwidth &&
      point.published > entry.device.memory_bandwidth.si()) {
    return "more than the memory's bandwidth: caches serve a part of it";
  }
  return "";
}

KernelResult result_of(const KernelPoint& point, Devices& devices) {
  KernelResult result;
  result.point = &point;
  const auto& entry = devices.of(point.chip);
  result.chip = entry.id;
  result.reason = reason_for(point, entry);
  if (!result.reason.empty()) return result;
  const double figure = figure_of(entry.device, point);
  if (figure <= 0) {
    result.reason = "the model makes no figure of it";
    return result;
  }
  result.predicted = figure / point.unit_size;
  result.relative_error = relative_error(point, figure);
  return result;
}

bool is_large(double m, double n, double k) {
  constexpr double kLarge = 1024;
  return std::min({m, n, k}) >= kLarge;
}

struct SizeOf {
  std::string operator()(const MeasuredBestGemm&) const { return kLargeSize; }
  std::string operator()(const MeasuredAttention&) const { return ""; }
  std::string operator()(const MeasuredOperator&) const { return ""; }
  template <class Kernel>
  std::string operator()(const Kernel& kernel) const {
    const auto& shape = kernel.shape;
    return is_large(shape.m, shape.n, shape.k) ? kLargeSize : kThinSize;
  }
};

}  // namespace

std::string size_class(const KernelPoint& point) {
  if (!point.reason.empty()) return "";
  if (point.figure == Figure::kPower) {
    if (point.latency.si() <= 0) return "";
    return point.latency.si() < kShortestPower ? kShortSize : kLongSize;
  }
  return std::visit(SizeOf{}, point.kernel);
}

PointsAnswer predict_points(const PointsTable& table, const base::Catalog& catalog,
                            const std::optional<std::string>& chip) {
  Devices devices(catalog, chip);
  PointsAnswer answer;
  answer.rows.reserve(table.points.size());
  for (const auto& point : table.points) answer.rows.push_back(result_of(point, devices));
  answer.summaries = summarise(answer.rows);
  return answer;
}

}  // namespace weft::kernels
