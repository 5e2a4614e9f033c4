#include "weft/power/smoothing.h"

#include <algorithm>
#include <stdexcept>

namespace weft::power {

namespace {

constexpr double kSettled = 1e-9;  // of the storage

// What is drawn under a ceiling, and what is then in the storage; `held`: whether it holds.
struct Run {
  bool held = true;
  Samples drawn;
  double lost = 0;
  double begin = 0, end = 0;  // J in storage
};

Run once_under(const Samples& samples, const Storage& storage, double ceiling, double charge) {
  Run run;
  run.drawn = samples;
  run.begin = charge;
  for (std::size_t i = 0; i < samples.power.size(); ++i) {
    const double time = samples.time_of(i);
    auto& power = run.drawn.power[i];
    if (power > ceiling) {
      const double gives = power - ceiling;
      if (gives > storage.power || gives * time > charge) {
        run.held = false;
        return run;
      }
      charge -= gives * time;
      power = ceiling;
    } else {
      const double room = (storage.energy - charge) / storage.efficiency / time;
      const double takes = std::min({ceiling - power, storage.power, room});
      charge = std::min(storage.energy, charge + takes * time * storage.efficiency);
      run.lost += takes * time * (1 - storage.efficiency);
      power += takes;
    }
  }
  run.end = charge;
  return run;
}

// A curve that goes on as it is: the storage must come back to where it began.
Run under(const Samples& samples, const Storage& storage, double ceiling) {
  const auto first = once_under(samples, storage, ceiling, storage.energy);
  if (!first.held) return first;
  auto again = once_under(samples, storage, ceiling, first.end);
  again.held = again.held && again.end >= again.begin - kSettled * storage.energy;
  return again;
}

}  // namespace

Smoothed limit_ramp(const Samples& samples, double limit, RampUp way_up) {
  if (!(limit > 0)) throw std::invalid_argument("a limit on the slope must be more than 0");
  Smoothed result;
  result.samples = samples;
  auto& power = result.samples.power;
  const double most = limit * samples.interval;
  if (way_up == RampUp::kBurn) {
    for (std::size_t i = power.size(); i-- > 1;) {
      power[i - 1] = std::max(power[i - 1], power[i] - most);
    }
  }
  for (std::size_t i = 1; i < power.size(); ++i) {
    power[i] = std::clamp(power[i], power[i - 1] - most, power[i - 1] + most);
  }
  for (std::size_t i = 0; i < power.size(); ++i) {
    const double more = (power[i] - samples.power[i]) * samples.time_of(i);
    result.added += std::max(0.0, more);
    result.withheld += std::max(0.0, -more);
  }
  return result;
}

Smoothed shave_peaks(const Samples& samples, const Storage& storage) {
  if (!(storage.power >= 0 && storage.energy >= 0 && storage.efficiency > 0 &&
        storage.efficiency <= 1)) {
    throw std::invalid_argument("storage needs a power, an energy and an efficiency up to 1");
  }
  const auto asked = statistics_of(samples);
  double low = asked.trough;
  double high = asked.peak;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings && high > low; ++i) {
    const double middle = 0.5 * (low + high);
    (under(samples, storage, middle).held ? high : low) = middle;
  }
  const auto run = under(samples, storage, high);
  Smoothed result;
  result.samples = run.drawn;
  result.lost = run.lost;
  result.stored = run.end - run.begin;
  result.added = run.drawn.energy() - samples.energy();
  return result;
}

}  // namespace weft::power
