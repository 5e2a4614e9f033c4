// `weft yield`: what comes out of a wafer of a chip, how far that could move, and what is assumed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/chips/chip.h"
#include "weft/manufacturing/bins.h"
#include "weft/manufacturing/wafer_map.h"

namespace weft::yield {

// What a user writes instead of what the chip's document says, as it would stand there.
struct Changes {
  std::string die_yield{};
  std::string scope{};
  std::string counts{};
  std::string density{};
  std::string law{};
  std::string clustering{};
};

// A change that changes nothing is base::InputError: `scope` and `counts` where a density is given,
// `clustering` of a law that has none.
struct Question {
  std::string chip;  // its name, or a file
  Changes changes;
  std::uint64_t wafers = 0;  // to draw defect by defect; 0: none
  std::uint64_t seed = 1;
};

// YieldFigures that have an interval.
enum class YieldFigure { kDensity, kPerfect, kSold, kPackages, kLatent, kFailures, kCost };
inline constexpr std::size_t kFigures = 7;

// 90 % of the samples lie within.
struct Interval {
  double low = 0;
  double high = 0;
};

// An input moved to its ends, all others at their modes: the figures as ratios to the plain ones.
// An end that cannot be (a yield that no density gives) leaves 1.
struct Swing {
  std::string path;
  base::Distribution distribution;
  std::array<double, kFigures> low{};
  std::array<double, kFigures> high{};
};

// What a yield law makes of the same input.
struct ByLaw {
  std::string law;
  base::ArealDensity density;
  double perfect = 0;
  double sold = 0;  // good enough for any bin
};

// Longer burn-in: fewer early failures, fewer and dearer packages.
struct BurnInPoint {
  base::Time time;
  double lost = 0;             // share of packages that fail in it
  double failures = 0;         // early_failures()
  double packages = 0;         // good ones a wafer
  std::optional<double> cost;  // of a good one, in the currency of the bins' cost
};

struct Answer {
  chips::Chip chip;
  manufacturing::Manufacturing made;
  manufacturing::Bins bins;
  std::array<double, kFigures> figures{};
  std::array<Interval, kFigures> intervals{};
  std::size_t samples = 0;     // of the intervals
  std::size_t impossible = 0;  // of these, left out: no density gives the yield drawn
  std::vector<Swing> swings;   // those that move anything, the largest first
  std::vector<ByLaw> by_law;
  std::vector<BurnInPoint> burn_in;  // from none on, at the chip's acceleration
  std::vector<base::Fact> assumed;   // what no source stands behind
  std::optional<manufacturing::WaferStatistics> drawn;
};

// The first month of use.
inline constexpr base::Time kEarly = 30 * base::kDay;
// Of 10,000 good packages, those that latent defects stop within kEarly.
double early_failures(const manufacturing::Manufacturing& made, const manufacturing::Bins& bins);

// What comes out of a wafer, and no more.
struct Made {
  chips::Chip chip;
  manufacturing::Manufacturing made;
  manufacturing::Bins bins;
  std::array<double, kFigures> figures{};
};

// Uncertain inputs as `reading` draws them. Throws base::InputError as answer() does, and for a
// yield that no density of defects gives.
Made make(const Question& question, const base::Catalog& catalog, base::Reading& reading);

// Throws base::InputError: an unknown chip, one without the block `manufacturing`, changes that
// are not understood.
Answer answer(const Question& question, const base::Catalog& catalog, const base::ThreadTeam& team);

// Wafer `index` of the question's seed, to be drawn.
manufacturing::SimulatedWafer wafer_of(const Answer& answer, std::uint64_t seed,
                                       std::uint64_t index);

}  // namespace weft::yield
