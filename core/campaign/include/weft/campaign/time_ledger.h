// Where the time went. The classes are those of Google's ml-goodput-measurement (README: supported
// badput types) as far as the model has them; data loading and training preparation it has not.
// `custom` badput events are told apart: maintenance, and running on slower or with less.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace weft::campaign {

enum class TimeClass {
  kProductive,              // work that counts in the end
  kTpuInitialization,       // communicators
  kProgramStartup,          // processes
  kCheckpointSave,          // unproductive_checkpoint_save_time
  kCheckpointRestore,       // unproductive_checkpoint_restore_time
  kWastedProgress,          // wasted_progress_from_disruption: work done again
  kInfrastructureRecovery,  // infrastructure_recovery_from_disruption: detect, localise, hosts
  kCustomMaintenance,       // planned
  kCustomSlowed,            // what a slow device or link took
  kCustomReduced,           // what missing hosts took
  kElasticSliceDown,
  kElasticScaleUp,
  kCount
};
inline constexpr std::size_t kTimeClasses = static_cast<std::size_t>(TimeClass::kCount);
using TimeByClass = std::array<double, kTimeClasses>;  // s

// "productive", "wasted_progress_from_disruption", …
std::string_view time_class_name(TimeClass time_class);

// Device-hours (here in device-s), of the devices of the job, its spares and what is in repair.
enum class DeviceClass { kProductive, kLost, kStalled, kIdleSpare, kRepair, kCount };
inline constexpr std::size_t kDeviceClasses = static_cast<std::size_t>(DeviceClass::kCount);
using DevicesByClass = std::array<double, kDeviceClasses>;

std::string_view device_class_name(DeviceClass device_class);

double sum(const TimeByClass& times);
double sum(const DevicesByClass& devices);

// Throws std::logic_error when the parts differ from the whole by more than 1e-9 of it.
void check_conserved(double parts, double whole, const char* what);

}  // namespace weft::campaign
