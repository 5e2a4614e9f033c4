// What a line makes, quarter by quarter, and what holds it up.
//
//   packages begun = min(dies / dies a package, stacks / stacks a package, places to package),
//   good packages  = begun · yield of a package,
//
// of dies and stacks that were left over from the quarters before, or arrive in this one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/supply/line.h"
#include "weft/supply/making.h"

namespace weft::supply {

enum class Limit { kDies, kMemory, kPackaging };
inline constexpr std::size_t kLimits = 3;
const char* name_of(Limit limit);

// What the documents of chips say of a line's dies and products.
struct ProductMaking {
  int dies = 1;       // a package
  double stacks = 0;  // a package
  double assembled = 1;
};
struct LineMaking {
  std::vector<const YieldTable*> dies;  // [Line::dies]
  std::vector<ProductMaking> products;  // [Line::products]
};

// All amounts are of one quarter. What is in a stock is in expectation: fractions stay.
struct DieFlow {
  double wafers = 0;  // started `lead` quarters before
  double good = 0;    // of these, lesser ones too
  double lesser = 0;  // of the good
  double from_bank = 0;
  double used = 0;
  double left = 0;  // at the end
};

struct MemoryFlow {
  double arrived = 0;
  double used = 0;
  double left = 0;
};

struct ProductFlow {
  bool is_made = false;  // in this quarter
  double begun = 0;
  double good = 0;
  double limits[kLimits] = {};  // packages that each would allow; infinite: no limit is known
  Limit binding = Limit::kDies;
  std::optional<Limit> next;  // what would bind next; none: nothing else is known to
  double slack = 0;  // how much more of the binding one there may be until then, as a share
};

struct QuarterFlow {
  Quarter quarter;
  std::vector<DieFlow> dies;
  std::vector<MemoryFlow> memory;
  std::vector<ProductFlow> products;
};

// From the line's begin to `until`, both included.
std::vector<QuarterFlow> produce(const Line& line, const LineMaking& making, Quarter until);

// Good packages of a product (all for -1) in a year.
double packages_in(const std::vector<QuarterFlow>& flows, int year, int product = -1);

// Whole clusters of so many packages out of those there are, less spares and returns.
double clusters_of(double packages, double withheld, double per_cluster);

}  // namespace weft::supply
