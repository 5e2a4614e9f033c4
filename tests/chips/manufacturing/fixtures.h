// Chips to make.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "weft/manufacturing/bins.h"
#include "weft/manufacturing/die_yield.h"

namespace weft::manufacturing::testing {

inline constexpr double kPerSquareCentimetre = 1e4;

inline base::ArealDensity per_cm2(double density) {
  return base::ArealDensity(density * kPerSquareCentimetre);
}
inline base::Area mm2(double area) { return base::Area(area * 1e-6); }
inline base::Length mm(double length) { return base::Length(length * 1e-3); }

inline Wafer wafer_of(double edge_mm, double scribe_mm = 0) {
  return {mm(300), mm(edge_mm), mm(scribe_mm)};
}

// A die of 665 mm², 25 cores on half of it, 24 of them sold; nothing else is lost.
inline Manufacturing ascend() {
  Manufacturing made;
  made.design.die_area = mm2(665);
  made.design.cores_built = 25;
  made.design.cores_enabled = 24;
  made.design.clock = base::Rate(1.8e9);
  made.design.dies = 2;
  made.design.stacks = 8;
  made.wafer = wafer_of(3);
  made.die = square_of(made.design.die_area);
  made.law = &law_named("negative_binomial");
  made.core_share = 0.5;
  made.density = per_cm2(0.175);
  made.bins = {{"24 cores", 24, base::Rate(1.8e9), 8, ""}};
  made.latent = {0.01, 0.5, 2000 * base::kHour, 0};
  return made;
}

// 814 mm², 132 of 144 cores, which take 0.6 of it.
inline Manufacturing hopper() {
  auto made = ascend();
  made.design.die_area = mm2(814);
  made.design.cores_built = 144;
  made.design.cores_enabled = 132;
  made.design.dies = 1;
  made.design.stacks = 5;
  made.die = square_of(made.design.die_area);
  made.core_share = 0.6;
  made.bins = {{"132 cores", 132, base::Rate(1.8e9), 5, ""}};
  return made;
}

}  // namespace weft::manufacturing::testing
