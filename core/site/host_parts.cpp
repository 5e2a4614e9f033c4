// One host, part by part.
#include <algorithm>

#include "weft/site/meter.h"

namespace weft::site {

namespace {

using base::Power;
using cluster::kHostPartCount;

double load_of(const cluster::Host& host, const chips::Device& device, Power devices) {
  const auto idle = device.power.idle * host.devices;
  const auto range = device.power.limit * host.devices - idle;
  return range.si() > 0 ? std::clamp((devices - idle) / range, 0.0, 1.0) : 0.0;
}

Power between(Power low, Power high, double share) { return low + (high - low) * share; }

// Boards are what the other parts leave.
void add_boards(HostPower& power, Power all) {
  Power known;
  for (const auto one : power.parts) known += one;
  power.parts[static_cast<std::size_t>(cluster::HostPart::kBoards)] += all - known;
}

void add_losses(HostPower& power, const cluster::Host& host, double u) {
  Power load = power.devices;
  for (const auto one : power.parts) load += one;
  power.supply_loss = load / host.psu_efficiency - load;
  power.fans = host.fan_fixed + host.fan_cubic * (u * u * u);
}

}  // namespace

Power HostPower::total() const {
  Power sum = devices + supply_loss + fans;
  for (const auto one : parts) sum += one;
  return sum;
}

HostPower& HostPower::operator+=(const HostPower& other) {
  devices += other.devices;
  for (std::size_t p = 0; p < kHostPartCount; ++p) parts[p] += other.parts[p];
  supply_loss += other.supply_loss;
  fans += other.fans;
  return *this;
}

HostPower operator*(HostPower power, double times) {
  power.devices *= times;
  for (auto& one : power.parts) one *= times;
  power.supply_loss *= times;
  power.fans *= times;
  return power;
}

HostPower host_parts(const cluster::Host& host, const chips::Device& device, Power devices) {
  const double load = load_of(host, device, devices);
  HostPower power;
  power.devices = devices;
  for (std::size_t p = 0; p < kHostPartCount; ++p) {
    power.parts[p] = between(host.parts[p].idle, host.parts[p].training, load);
  }
  const auto all = between(host.base_idle, host.base_training, load);
  add_boards(power, all);
  const auto rated = device.power.limit * host.devices + host.base_training;
  add_losses(power, host, rated.si() > 0 ? (devices + all) / rated : 0.0);
  return power;
}

HostPower host_nameplate(const cluster::Host& host, const chips::Device& device) {
  HostPower power;
  power.devices = device.power.limit * host.devices;
  for (std::size_t p = 0; p < kHostPartCount; ++p) power.parts[p] = host.parts[p].limit;
  add_boards(power, std::max(host.base_limit, host.base_training));
  add_losses(power, host, 1);
  return power;
}

}  // namespace weft::site
