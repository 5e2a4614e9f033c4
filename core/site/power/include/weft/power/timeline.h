// A long time made of stretches, in each of which a function repeats itself: the steps of a day.
#pragma once

#include <cstddef>
#include <vector>

#include "weft/power/pieces.h"
#include "weft/power/samples.h"

namespace weft::power {

// A function that repeats itself for ever, with the energy from 0 to any time in closed form.
class Periodic {
 public:
  // Throws std::invalid_argument for a period of no length.
  explicit Periodic(Pieces period);

  [[nodiscard]] double period() const { return pieces_.back().until; }
  // J from 0 to `time`, which is 0 or more: number of periods · energy of one + the rest.
  [[nodiscard]] double energy(double time) const;
  [[nodiscard]] double mean(double from, double to) const;
  [[nodiscard]] double mean() const { return before_.back() / period(); }
  [[nodiscard]] const Pieces& pieces() const { return pieces_; }

 private:
  Pieces pieces_;
  std::vector<double> before_;  // J, of all pieces up to and with this one
};

// From the end of the stretch before: scale · function(phase + time) + constant.
struct Stretch {
  double until = 0;
  std::size_t function = 0;
  double phase = 0;  // s in the function where the stretch begins
  double scale = 1;
  double constant = 0;  // W
};

class Timeline {
 public:
  // Takes the number by which stretches call it.
  std::size_t add(Periodic function);
  // Throws std::invalid_argument for one that ends before it begins or names no function.
  void add(const Stretch& stretch);

  [[nodiscard]] double length() const { return stretches_.empty() ? 0 : stretches_.back().until; }
  [[nodiscard]] double energy() const;
  [[nodiscard]] double energy(std::size_t stretch) const;
  [[nodiscard]] const std::vector<Stretch>& stretches() const { return stretches_; }
  [[nodiscard]] const Periodic& function(std::size_t number) const { return functions_[number]; }

  // Exact means over each interval; the last one may be shorter. Cost: samples and stretches ·
  // log(pieces), however long the time. Throws std::invalid_argument for an interval that is not
  // more than 0 or asks for more than kMostSamples.
  [[nodiscard]] Samples sample(double interval) const;

 private:
  [[nodiscard]] double energy_within(std::size_t stretch, double from, double to) const;

  std::vector<Periodic> functions_;
  std::vector<Stretch> stretches_;
};

inline constexpr std::size_t kMostSamples = 5'000'000;

}  // namespace weft::power
