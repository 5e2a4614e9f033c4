// Devices that are not alike, and what they cost. Internal to the room.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include "weft/study/run.h"

namespace weft::report {

// One class: "24 cores, 90 %"; "-" where a case has no such class, or devices that are all as the
// chip's document has them.
std::string bin_cell(const study::Outcome& outcome, std::size_t number);
// What the classes make together; the same.
inline constexpr std::array<const char*, 5> kPopulationLabels = {
    "slow hosts", "placement", "step of slow parts", "slowest in a group", "weak devices"};
std::array<std::string, 5> population_cells(const study::Outcome& outcome);
nlohmann::ordered_json population_json(const populated::Outcome& populated);

}  // namespace weft::report
