// The `power:` of a study: which stretch of time is looked at, how finely, and what smooths it.
#pragma once

#include <cstdint>
#include <optional>

#include "weft/base/fields.h"
#include "weft/base/quantity.h"
#include "weft/power/smoothing.h"

namespace weft::study {

using PowerRate = base::Quantity<-2, 0, 0, 1>;  // W/s

// Between samples of a step, where a study does not say.
inline constexpr base::Time kUsualSampling{1e-3};

struct RampLimit {
  PowerRate most;
  power::RampUp up = power::RampUp::kWithhold;
};

// Forward passes alone, after every so many steps.
struct Evaluation {
  std::int64_t every = 1;  // steps
  base::Time takes;
};

struct PowerRequest {
  std::int64_t steps = 1;            // one after the other, nothing fails
  std::optional<base::Time> window;  // in their place: of the campaign, from its begin
  // Of the day, local time, at which a window begins; steps without one see the mean of the day.
  std::optional<double> start_hour;
  std::optional<base::Time> interval;  // between samples; none: 1 ms of steps, 1 s of a window
  base::Time meter{2.0};               // over which the meter of a host takes means
  std::int64_t replica = 0;            // of the campaign
  double floor = 0;                    // share of its limit that a device of the job draws at least
  std::optional<RampLimit> ramp;
  std::optional<power::Storage> storage;
  std::optional<Evaluation> evaluation;
  base::Position position;  // of the block; where there is none, the study's begin

  [[nodiscard]] bool goes_by_the_hour() const { return window || start_hour; }
  [[nodiscard]] base::Time sampling() const {
    return interval.value_or(window ? base::Time(1.0) : kUsualSampling);
  }
};

// power: {window: 1 step | 24 steps | 1 d, start_hour: 0, interval: 1 ms, meter: 2 s, replica: 0,
// floor: 60 %, ramp_limit: 1 MW/s | {limit: 1 MW/s, up: burn | withhold}, storage: {power: 5 MW,
// energy: 1 MWh, efficiency: 90 %}, evaluation: {every: 24 steps, for: 30 s}}. `study` asks for the
// key `power`. Errors go to its reading.
PowerRequest read_power(base::Fields& study);

}  // namespace weft::study
