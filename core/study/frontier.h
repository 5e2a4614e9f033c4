// What a search has found so far, and whether a bound may still beat it.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "weft/study/search.h"

namespace weft::study {

// What no plan can be below, in s and J.
struct Goals {
  double step = 0;
  double energy = 0;
};

// Rounding of bounds, relative.
inline constexpr double kBoundSlack = 1 + 1e-9;

// Best plans of all, and of each family.
class Frontier {
 public:
  explicit Frontier(const SearchOptions& options) : options_(options) {}

  // Whether a plan with this bound has to be replayed.
  [[nodiscard]] bool may_improve(const plan::Plan& plan, const Goals& bound) const;
  // Whether some plan of a cell has to: `least` of the cell's bounds in each goal.
  [[nodiscard]] bool may_improve(const Goals& least) const;
  // The least value of a family's plans in a cell.
  [[nodiscard]] bool may_improve(FamilyAxis axis, int value, double least) const;
  void add(const Found& found);

  // The value that is to be small, of the objectives that have one.
  [[nodiscard]] double value_of(const Goals& goals) const {
    return options_.objective == Objective::kEnergy ? goals.energy : goals.step;
  }
  // Moves all into the search.
  void finish(Search& search);

 private:
  struct Best {
    int value = 0;  // of the family's axis
    double goal = std::numeric_limits<double>::infinity();
    Found found;
  };
  [[nodiscard]] const Best* family(FamilyAxis axis, int value) const;
  [[nodiscard]] bool is_dominated(const Goals& goals) const;
  void add_to_families(const Found& found, double goal);
  void add_to_front(const Found& found);

  const SearchOptions& options_;
  std::vector<Found> found_;  // sorted
  std::array<std::vector<Best>, kFamilyAxisCount> families_;
};

}  // namespace weft::study
