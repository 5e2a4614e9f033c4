// What one training step took, by cause. Times are means over the devices in use, so that the parts
// of a step sum to the step.
#pragma once

#include <array>
#include <cstddef>

#include "weft/base/quantity.h"
#include "weft/interconnect/fabric.h"

namespace weft::step {

enum class Part {
  kForward,           // layer kernels, forward
  kBackward,          // layer kernels, backward
  kRecompute,         // forward kernels done again
  kHead,              // embedding, LM head, loss
  kHost,              // device waits for the host to launch
  kTensor,            // exposed tensor-parallel communication
  kContext,           // exposed context-parallel communication
  kExpert,            // exposed expert-parallel communication
  kPipelineTransfer,  // exposed stage-to-stage transfers
  kBubble,            // waiting for other pipeline stages
  kData,              // exposed gradient reduction and parameter gathering
  kOptimizer,
  kOffload,     // exposed transfers of activations to the host and back
  kStragglers,  // waiting for the slowest device
};
inline constexpr std::size_t kPartCount = 14;
const char* name_of(Part part);

enum class Fidelity { kF1, kF2 };

// Energy of one device over one step.
enum class EnergyPart { kKernels, kCommunication, kWaiting };
inline constexpr std::size_t kEnergyPartCount = 3;
const char* name_of(EnergyPart part);

struct Ledger {
  base::Time step;
  std::array<base::Time, kPartCount> parts{};
  std::array<base::Energy, kEnergyPartCount> energy{};  // mean over devices
  base::Power highest_phase;  // of one device: the mean power of its hottest phase
  // Sent by one device (mean), by fabric tier, exposed or not.
  std::array<base::Bytes, interconnect::kMaxTiers> sent{};
  base::Bytes crossed;  // to other parts of a mixed cluster; tiers count from the inside of each
  std::array<base::Time, kPartCount> hidden{};  // communication behind compute, by cause
  Fidelity fidelity = Fidelity::kF2;

  [[nodiscard]] base::Time part(Part p) const { return parts[static_cast<std::size_t>(p)]; }
  [[nodiscard]] base::Time sum_of_parts() const;
  [[nodiscard]] base::Energy device_energy() const;
  [[nodiscard]] base::Power mean_device_power() const { return device_energy() / step; }
};

}  // namespace weft::step
