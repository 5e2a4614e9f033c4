// `weft supply`: packages and clusters by quarter, what holds them up, what they are worth.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/supply/produce.h"
#include "weft/supply_study/question.h"

namespace weft::supply_study {

// `p5` to `p95`: 90 % of the draws of all uncertain inputs together. `few_case` and `many_case`:
// the same figure in two worlds with every input at the end that gives fewer, or more, packages in
// all, which is further out than anyone would bet. They are no bounds of one chip or one quarter:
// what one chip does not get another may, and a stock may be used up earlier or later.
struct Range {
  double few_case = 0;
  double p5 = 0;
  double base = 0;
  double p95 = 0;
  double many_case = 0;

  [[nodiscard]] bool holds_base() const { return p5 <= base && base <= p95; }
  [[nodiscard]] bool is_nothing() const { return base <= 0 && p95 <= 0 && many_case <= 0; }
};

struct QuarterAnswer {
  supply::QuarterFlow base;
  Range packages;              // of all products
  std::vector<Range> product;  // [Line::products]
};

struct YearAnswer {
  int year = 0;
  Range packages;
  std::vector<Range> product;
  Range dies;  // in good packages
};

// Clusters of a case of the study, were all packages of its chip so far, and all optical modules,
// built into them.
struct ClusterCount {
  std::size_t study_case = 0;
  std::string chip;
  double packages = 0;                   // of one
  double optical_modules = 0;            // of one
  std::vector<Range> by_quarter;         // [Answer::quarters] whole ones, cumulative
  std::vector<bool> is_bound_by_optics;  // [Answer::quarters] in the base case
};

// A package of a product in those of another maker's chip.
struct Worth {
  std::size_t product = 0;
  std::size_t foreign_case = 0;  // of the study
  std::optional<double> tokens;  // trained; none: no cluster of the study has the product
  double peak = 0;
};

// All packages of a year in those of another maker's chip.
struct YearWorth {
  std::size_t foreign_case = 0;
  std::vector<Range> tokens;  // [Answer::years]; products without a cluster are not in it
  std::vector<Range> peak;
};

// Another maker's counts read as packages, or as dies.
enum class Counting { kPackages, kDies };
inline constexpr std::size_t kCountings = 2;

struct ForeignYear {
  int year = 0;
  // Of the other maker, by Counting: packages, and shares of this maker in the sums of both kinds
  // over the other's. None where nothing is known.
  std::optional<Range> packages[kCountings];
  std::optional<Range> metrics[kMetrics][kCountings];
};

struct ClaimAnswer {
  Claim claim;
  std::optional<Range> found[kCountings];
  // Whether the value lies within 90 % of the draws.
  [[nodiscard]] bool holds(Counting counting) const;
};

struct PublishedAnswer {
  supply::Published published;
  Range found;
  // Whether what is published, somewhere between its ends, lies within 90 % of the draws.
  [[nodiscard]] bool is_inside() const {
    return published.high >= found.p5 && published.low <= found.p95;
  }
};

// An input moved to its ends, all others at their modes: packages in all, as ratios.
struct Mover {
  std::string input;
  double low = 1;
  double high = 1;
};

struct Answer {
  std::vector<QuarterAnswer> quarters;
  std::vector<YearAnswer> years;
  std::vector<ClusterCount> clusters;
  std::vector<Worth> worth;
  std::vector<YearWorth> year_worth;
  std::vector<ForeignYear> foreign;
  std::vector<ClaimAnswer> claims;
  std::vector<PublishedAnswer> published;
  std::vector<Mover> movers;  // the largest first
  std::vector<supply::Input> inputs;
  std::vector<study::CaseResult> runs;  // one a case of the study
};

// Throws base::InputError for plans that are not legal.
Answer answer(const Question& question, const study::Study& study, const base::ThreadTeam& team);

}  // namespace weft::supply_study
