// Wafers drawn defect by defect: a check of the closed forms, and a picture.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/manufacturing/bins.h"

namespace weft::manufacturing {

struct SimulatedDie {
  DiePlace place;
  int bin = -1;  // -1: scrap
  int bad_cores = 0;
  bool is_latent = false;  // has a latent defect
};

struct Spot {
  base::Length x;  // from the centre of the wafer
  base::Length y;
  bool is_latent = false;
};

struct SimulatedWafer {
  std::vector<SimulatedDie> dies;
  std::vector<Spot> spots;  // on dies
};

// Dies per side of a block that shares its density of defects (Region::kBlock).
inline constexpr int kBlockSide = 3;

// Wafer number `index` of a seed: the same whatever else is drawn.
SimulatedWafer simulate_wafer(const Manufacturing& manufacturing, base::ArealDensity density,
                              const std::vector<DiePlace>& places, std::uint64_t seed,
                              std::uint64_t index);

// A share over many wafers beside what the model predicts. The standard error is between wafers, so
// that defects that cluster widen it.
struct SimulatedShare {
  double mean = 0;
  double standard_error = 0;
  double predicted = 0;
};

struct SimulatedBin {
  SimulatedShare dies;    // of dies printed
  SimulatedShare latent;  // of the bin's dies
};

struct WaferStatistics {
  std::uint64_t wafers = 0;
  std::vector<SimulatedBin> bins;
};

// Of dies that are tested before assembly. Needs two wafers or more.
WaferStatistics simulate_wafers(const Manufacturing& manufacturing, const Bins& bins,
                                std::uint64_t wafers, std::uint64_t seed);

}  // namespace weft::manufacturing
