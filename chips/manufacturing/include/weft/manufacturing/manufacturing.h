// How a chip is made: wafer, defects, harvesting, package, test and burn-in. Block `manufacturing`
// of a chip's document; dies and packages are those of the chip.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/fields.h"
#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/manufacturing/law.h"
#include "weft/manufacturing/survival.h"
#include "weft/manufacturing/wafer.h"

namespace weft::manufacturing {

// What the rest of the chip's document says.
struct Design {
  base::Area die_area;
  int cores_built = 0;    // per die; 0: not known
  int cores_enabled = 0;  // per die, as sold
  base::Rate clock;       // as sold; 0: not known
  int dies = 1;           // per package
  int stacks = 0;         // of memory, per package
  base::Bytes memory;     // per package
};

// What a reported yield is a share of.
enum class Scope {
  kDie,        // dies of those printed
  kPackage,    // packages after assembly, of the sets of dies printed for them
  kFinalTest,  // the same after burn-in
};
// Which dies it counts.
enum class Counts {
  kPerfect,  // those without a defect
  kChip,     // those that are good enough for this chip
  kAny,      // those that are good enough for any bin
};

struct ReportedYield {
  double value = 1;
  Scope scope = Scope::kDie;
  Counts counts = Counts::kChip;
};

// D(t) = D∞ + (D1 - D∞) e^{-t/τ}: a process learns.
struct Learning {
  base::ArealDensity first;  // D1
  base::ArealDensity last;   // D∞
  base::Time constant;       // τ
  base::Time age;            // t
};

// The highest clock of a die, over dies. `spread` is the standard deviation over the mean.
struct ClockSpread {
  base::Rate mean;
  double spread = 0;
  bool is_lognormal = false;
};

// What a die must be to go into a bin; it goes into the first one that takes it.
struct BinRule {
  std::string name;
  int cores = 0;        // good ones, at least
  base::Rate clock;     // reached, at least
  int stacks = 0;       // of memory on a package of such dies
  std::string sold_as;  // another chip that these dies go to; empty: this one
};

struct Package {
  bool known_good_die = true;  // dies are tested before assembly, else any two are packaged
  double attach = 1;           // share of memory stacks that are attached well, each
  double assembly = 1;         // share of packages that survive the rest of assembly
};

// Latent defects (Barnett, Singh and Nelson, VTS 2001; Kim, IEEE Trans. Reliability 55, 2006).
struct LatentDefects {
  double ratio = 0;  // gamma: latent defects per defect that kills
  double shape = 1;  // Weibull of a weak unit
  base::Time life;
  double silent = 0;  // share of them that corrupt data instead of stopping the unit
};

struct BurnIn {
  base::Time time;
  double acceleration = 1;
};

// All in one currency.
struct Prices {
  base::Currency currency;
  double wafer = 0;
  double memory = 0;    // per package
  double assembly = 0;  // interposer, substrate and assembly, per package
  double test = 0;      // per package
  double burn_in = 0;   // per package and second
};

// Where the defects of a wafer share one density: the marginal yield is the same, wafers differ.
enum class Region { kDie, kBlock, kWafer };

struct Manufacturing {
  Design design;
  Wafer wafer;
  DieSize die;
  const Law* law = nullptr;
  LawParameters parameters;
  double systematic = 1;  // Y0: share of dies that no defect of design or process kills
  double core_share = 0;  // of the die's area, that its cores take
  Region region = Region::kBlock;
  // One of the three is set.
  std::optional<base::ArealDensity> density;
  std::optional<Learning> learning;
  std::optional<ReportedYield> reported;
  std::optional<ClockSpread> max_clock;  // none: every die reaches every clock
  std::vector<BinRule> bins;             // best first; the chip's own one when none is written
  double test_coverage = 1;              // share of faults that the test of bare dies finds
  Package package;
  LatentDefects latent;
  BurnIn burn_in;
  std::optional<Prices> prices;

  [[nodiscard]] int cores() const { return design.cores_built > 0 ? design.cores_built : 1; }
  // Of a weak unit that left burn-in.
  [[nodiscard]] Survival survival() const {
    return {latent.shape, latent.life, burn_in.time * burn_in.acceleration};
  }
};

// Reads the block. Errors go to the reading of `fields`.
Manufacturing read_manufacturing(base::Fields fields, const Design& design);

}  // namespace weft::manufacturing
