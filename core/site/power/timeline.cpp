#include "weft/power/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace weft::power {

Periodic::Periodic(Pieces period) : pieces_(std::move(period)) {
  if (pieces_.empty() || !(pieces_.back().until > 0)) {
    throw std::invalid_argument("a function that repeats itself needs a period");
  }
  before_.reserve(pieces_.size());
  double sum = 0;
  double from = 0;
  for (const auto& one : pieces_) {
    sum += one.power * (one.until - from);
    from = one.until;
    before_.push_back(sum);
  }
}

double Periodic::energy(double time) const {
  const double length = period();
  const double times = std::floor(time / length);
  const double rest = std::clamp(time - times * length, 0.0, length);
  const auto at =
      std::lower_bound(pieces_.begin(), pieces_.end(), rest,
                       [](const Piece& one, double value) { return one.until < value; });
  const auto k = static_cast<std::size_t>(at - pieces_.begin());
  return times * before_.back() + before_[k] - pieces_[k].power * (pieces_[k].until - rest);
}

double Periodic::mean(double from, double to) const {
  return (energy(to) - energy(from)) / (to - from);
}

std::size_t Timeline::add(Periodic function) {
  functions_.push_back(std::move(function));
  return functions_.size() - 1;
}

void Timeline::add(const Stretch& stretch) {
  if (!(stretch.until >= length()) || stretch.function >= functions_.size()) {
    throw std::invalid_argument("a stretch of power ends before it begins, or of no function");
  }
  if (stretch.until > length()) stretches_.push_back(stretch);
}

double Timeline::energy_within(std::size_t stretch, double from, double to) const {
  const auto& one = stretches_[stretch];
  const double begin = stretch == 0 ? 0.0 : stretches_[stretch - 1].until;
  const auto& function = functions_[one.function];
  const double shift = one.phase - begin;
  return one.scale * (function.energy(to + shift) - function.energy(from + shift)) +
         one.constant * (to - from);
}

double Timeline::energy(std::size_t stretch) const {
  const double begin = stretch == 0 ? 0.0 : stretches_[stretch - 1].until;
  return energy_within(stretch, begin, stretches_[stretch].until);
}

double Timeline::energy() const {
  double sum = 0;
  for (std::size_t k = 0; k < stretches_.size(); ++k) sum += energy(k);
  return sum;
}

Samples Timeline::sample(double interval) const {
  const double all = length();
  if (!(interval > 0) || all / interval > static_cast<double>(kMostSamples)) {
    throw std::invalid_argument(
        fmt::format("{:.3g} s cannot be sampled every {:.3g} s", all, interval));
  }
  Samples samples;
  samples.interval = interval;
  samples.length = all;
  // A rest that rounding makes is no sample.
  const auto count = static_cast<std::size_t>(std::max(1.0, std::ceil(all / interval - 1e-9)));
  samples.power.reserve(count);
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double begin = interval * static_cast<double>(i);
    const double end = i + 1 == count ? all : interval * static_cast<double>(i + 1);
    double energy = 0;
    double from = begin;
    while (from < end) {
      while (at + 1 < stretches_.size() && stretches_[at].until <= from) ++at;
      const double to = at + 1 == stretches_.size() ? end : std::min(end, stretches_[at].until);
      energy += energy_within(at, from, to);
      from = to;
    }
    samples.power.push_back(energy / (end - begin));
  }
  return samples;
}

}  // namespace weft::power
