// Where the devices of a population go. A policy is one small file (place_NAME.cpp) behind this
// interface, picked by `placement:` in the YAML; to add one, write its file and name it in
// placement.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/base/random.h"
#include "weft/population/structure.h"

namespace weft::population {

// numbers[i]: what goes to place i.
using Assignment = std::vector<std::uint32_t>;

// Units are what is moved as a whole: hosts, or groups that span several. Each stage needs as many.
struct Places {
  std::span<const double> stage_times;
  std::int64_t per_stage = 1;
  [[nodiscard]] std::int64_t count() const {
    return per_stage * static_cast<std::int64_t>(stage_times.size());
  }
};

struct Placement {
  const char* name;  // in documents
  // Packages to places in hosts, when the cluster is built; by the time of each.
  Assignment (*build)(std::span<const double> package_times, base::RandomStream& random);
  // Units to places, [stage][unit]; by the time of each. There are no fewer units than places; the
  // job does without the others.
  Assignment (*place)(std::span<const double> unit_times, const Places& places);
};

// All policies, the default first.
std::span<const Placement> placements();
// Throws std::invalid_argument for a name that is none of theirs.
const Placement& placement_named(const std::string& name);

// The policies, one a file.
extern const Placement kRandomPlacement, kSortedPlacement, kSlackPlacement;

// From the fastest to the slowest, as they came among equals.
Assignment fastest_first(std::span<const double> times);
// Sorted units to stages, whole stages one after the other in `order`. Every other stage hands them
// out from the last replica to the first, so that no pipeline gets the slow end of all stages.
Assignment stage_by_stage(const Assignment& sorted, const Places& places,
                          std::span<const std::uint32_t> order);

}  // namespace weft::population
