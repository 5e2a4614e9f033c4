#include "weft/campaign/time_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace weft::campaign {

namespace {

constexpr double kConserved = 1e-9;

constexpr std::array<std::string_view, kTimeClasses> kTimeClassNames = {
    "productive",
    "tpu_initialization",
    "program_startup",
    "unproductive_checkpoint_save_time",
    "unproductive_checkpoint_restore_time",
    "wasted_progress_from_disruption",
    "infrastructure_recovery_from_disruption",
    "custom_maintenance",
    "custom_slowed",
    "custom_reduced",
    "elastic_slice_down",
    "elastic_scale_up"};

constexpr std::array<std::string_view, kDeviceClasses> kDeviceClassNames = {
    "productive", "lost", "stalled", "idle_spare", "repair"};

}  // namespace

std::string_view time_class_name(TimeClass time_class) {
  return kTimeClassNames.at(static_cast<std::size_t>(time_class));
}

std::string_view device_class_name(DeviceClass device_class) {
  return kDeviceClassNames.at(static_cast<std::size_t>(device_class));
}

double sum(const TimeByClass& times) { return std::accumulate(times.begin(), times.end(), 0.0); }

double sum(const DevicesByClass& devices) {
  return std::accumulate(devices.begin(), devices.end(), 0.0);
}

void check_conserved(double parts, double whole, const char* what) {
  if (std::abs(parts - whole) <= kConserved * std::max(std::abs(whole), 1.0)) return;
  throw std::logic_error(
      fmt::format("campaign: {} do not add up: {:.17g} of {:.17g}", what, parts, whole));
}

}  // namespace weft::campaign
