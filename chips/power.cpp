#include "power.h"

#include <algorithm>
#include <cmath>

namespace weft::chips {

namespace {

// Shares of the "compute units kept busy" power in phases that do not compute.
constexpr double kCommunicatingActivity = 0.5;
constexpr double kWaitingActivity = 0.4;

// The knee and the foot of the power-speed response (fits to the public Zeus traces).
constexpr double kKnee = 0.6;
constexpr double kFoot = 0.1;
// A clock never falls below this share of the knee's speed: the cap is then simply not held.
constexpr double kSlowest = 0.05;

base::Power drawn(const Device& device, const Activity& activity, base::Time time) {
  const auto& power = device.power;
  const auto flops = power.per_flop[index_of(activity.precision)] * activity.matrix_work;
  const auto bytes = power.per_memory_byte * activity.memory_traffic;
  return power.idle + power.active + (flops + bytes) / time;
}

base::Power cap_of(const Device& device, const OperatingPoint& point) {
  if (point.power_cap.si() <= 0) return device.power.limit;
  return std::min(point.power_cap, device.power.limit);
}

}  // namespace

double capped_speed(base::Power wanted, base::Power allowed, base::Power idle, double alpha) {
  if (wanted <= allowed) return 1.0;
  const double y = (allowed - idle) / (wanted - idle);
  const double knee_speed = std::pow(kKnee, 1.0 / alpha);
  if (y >= kKnee) return std::pow(y, 1.0 / alpha);
  return knee_speed * std::max(kSlowest, (y - kFoot) / (kKnee - kFoot));
}

KernelCost resolve(const Device& device, const OperatingPoint& point, const Activity& activity) {
  KernelCost cost;
  cost.matrix_work = activity.matrix_work;
  cost.memory_traffic = activity.memory_traffic;
  cost.time = activity.fixed + joined(activity.compute_time, activity.memory_time, activity.norm);
  if (cost.time.si() <= 0) return cost;

  const auto cap = cap_of(device, point);
  const auto wanted = drawn(device, activity, cost.time);
  if (cap < device.power.limit && wanted > cap) {
    const auto& power = device.power;
    const double at_cap = capped_speed(wanted, cap, power.idle, power.cap_exponent);
    const double at_limit = capped_speed(wanted, power.limit, power.idle, power.cap_exponent);
    const auto slowed = activity.compute_time * (at_limit / at_cap);
    cost.time = activity.fixed + joined(slowed, activity.memory_time, activity.norm);
    // Bytes cost what they cost: a cap too low for a stream slows the stream.
    const auto moving = power.per_memory_byte * activity.memory_traffic;
    cost.time = std::max(cost.time, moving / (cap - power.idle));
  }
  cost.energy = std::min(cap, drawn(device, activity, cost.time)) * cost.time;
  return cost;
}

base::Power waiting_power(const Device& device) {
  return device.power.idle + device.power.active * kWaitingActivity;
}

base::Power communicating_power(const Device& device, const OperatingPoint& point) {
  return std::min(cap_of(device, point),
                  device.power.idle + device.power.active * kCommunicatingActivity);
}

}  // namespace weft::chips
