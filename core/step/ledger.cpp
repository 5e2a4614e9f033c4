#include "weft/step/ledger.h"

namespace weft::step {

const char* name_of(Part part) {
  constexpr std::array<const char*, kPartCount> kNames = {
      "forward",        "backward",        "recompute",        "embedding and head",
      "host launch",    "tensor parallel", "context parallel", "expert parallel",
      "stage transfer", "pipeline bubble", "data parallel",    "optimizer",
      "offload",        "stragglers"};
  return kNames[static_cast<std::size_t>(part)];
}

const char* name_of(EnergyPart part) {
  constexpr std::array<const char*, kEnergyPartCount> kNames = {"kernels", "communication",
                                                                "waiting"};
  return kNames[static_cast<std::size_t>(part)];
}

base::Time Ledger::sum_of_parts() const {
  base::Time sum;
  for (const auto& part : parts) sum += part;
  return sum;
}

base::Energy Ledger::device_energy() const {
  base::Energy sum;
  for (const auto& part : energy) sum += part;
  return sum;
}

}  // namespace weft::step
