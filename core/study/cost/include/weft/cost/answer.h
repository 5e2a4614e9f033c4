// `weft cost`: what a cluster costs owned and rented, and from when on owning it is cheaper.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/cost/question.h"
#include "weft/site/cost.h"
#include "weft/site/rent_or_own.h"
#include "weft/study/run.h"

namespace weft::cost {

// The outputs that get an interval. Money is in the report currency of the case, of one package
// unless said otherwise. A useful hour is one of use that trains: over the goodput.
enum class Figure {
  kCapital,      // paid once
  kOwnHour,      // owned, an hour of use
  kOwnUseful,    // owned, a useful hour
  kRentHour,     // rented, an hour of use: mean over the term
  kRentUseful,   // rented, a useful hour
  kBreakEven,    // U*, a share, over the term; 0: always
  kPayback,      // months, at the mean rent of the term and steady use
  kOwnMillion,   // owned, a million tokens
  kRentMillion,  // rented, a million tokens, at the prices of the run
  kOwnTerm,      // owned, the whole cluster over the term
  kRentTerm,     // rented, the same
  kEnergyShare,  // of energy in the cost of owning an hour of use
};
inline constexpr std::size_t kFigureCount = 12;
const char* name_of(Figure figure);
// Not a number: not known, or never.
using Figures = std::array<double, kFigureCount>;

// A part that is replaced, by the campaign's hazards.
struct RepairLine {
  std::string component;
  double a_year = 0;  // failures after which it is replaced, whole cluster
  int on_shelf = 0;   // enough for 99 % of the time while others are under way
  double price = 0;
};

// Of the run of a job, or of the term without one.
struct Footprint {
  base::Time time;             // wall clock
  base::Energy at_meter;       // site energy
  base::Energy by_limit;       // devices in use at their limit: "GPU-hours × TDP"
  double carbon_kg = 0;        // at the mean of the grid
  double carbon_cleanest = 1;  // ratio to it when the hours of use are the cleanest of each day
  double water_litres = 0;
};

// What the fees of a company come to in machines of this kind.
struct LabLine {
  double fees = 0;  // in the report currency
  double revenue = 0;
  double rent = 0;      // a package-hour, mean of the period
  double packages = 0;  // that the fees rent, all hours of the period
  double capital = 0;   // for as many hours of use from machines of its own
  double own = 0;       // the same in the period
  double break_even = 0;
};

struct RunCost {
  double own = 0;
  std::optional<double> rent;
};

struct CaseAnswer {
  std::string label;  // of the cluster
  std::string site;
  base::Currency currency;
  double packages = 0;
  base::Power rated;  // IT, of the whole cluster, devices at their limit
  base::Power mean;   // at the meter while in use
  double goodput = 1;
  std::optional<double> tokens_per_second;  // of the whole cluster while stepping
  std::optional<std::string> reason;        // why there is no plan, and so no figures

  std::optional<site::Capital> capital;  // none: no purchase price is known
  site::HourlyCost hourly;               // of the whole cluster
  std::optional<site::OwnedPackage> owned;
  std::vector<RepairLine> repairs;
  double committed = 0;                 // discount of the commitment
  std::optional<double> rent_at_start;  // a package-hour, without discount
  std::optional<int> month;             // break-even month of the prices and the use as they go
  int longest = 0;                      // months looked at for it
  Figures figures{};
  Footprint footprint;
  std::optional<RunCost> run;
  std::vector<LabLine> labs;  // as the terms have them; empty without a rent
  // Owned an hour of use with the electricity of the first case instead.
  std::optional<double> own_at_first_tariff;
};

// Of a LabLine: packages, own, break_even.
inline constexpr std::size_t kLabFigures = 3;
using LabFigures = std::array<double, kLabFigures>;
LabFigures figures_of(const LabLine& line);

// One uncertain input, and each figure at its two ends as ratios to the plain one (1 where not
// known).
struct Effect {
  std::string input;
  base::Distribution distribution;
  Figures low{};
  Figures high{};
  std::vector<LabFigures> labs_low{};
  std::vector<LabFigures> labs_high{};
};

struct Ranges {
  Figures low{};  // inputs one at a time, added in quadrature
  Figures high{};
  std::vector<LabFigures> labs_low{};  // one a lab, the same
  std::vector<LabFigures> labs_high{};
  std::vector<Effect> effects;  // that move a cost, largest first
};

struct Answer {
  Question question;
  std::vector<CaseAnswer> cases;
  std::vector<Ranges> ranges;  // one a case
};

// Plans of a job are searched where the study leaves them open; ranges keep the plan. Throws
// base::InputError.
Answer answer(const base::Document& document, const base::Catalog& catalog,
              const base::ThreadTeam& team);

// The parts, for tests.

// `outcome` of the job's step and run; none: a study without a job.
CaseAnswer evaluate(const Case& one, const Terms& terms, const study::Outcome* outcome);
// Owned and rented figures from their parts; packages > 0.
void add_figures(const Case& one, const Terms& terms, CaseAnswer& answer);
// A lab on machines of this kind. Throws std::out_of_range where the table has no price.
LabLine lab_line(const Lab& lab, const Case& one, const Terms& terms, const CaseAnswer& answer);
// Parts that fail a year, and how many lie on the shelf.
std::vector<RepairLine> repairs_of(const Case& one, const Terms& terms);
// Mean of the best `share` of the hours of a day.
double cleanest_mean(const site::DailyCurve& curve, double share);

}  // namespace weft::cost
