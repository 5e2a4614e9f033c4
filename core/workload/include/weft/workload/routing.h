// How tokens spread over experts.
#pragma once

#include <vector>

#include "weft/base/fields.h"

namespace weft::workload {

struct Job;

// Which share of the routed tokens each expert gets. Balanced: all the same. A power law: the r-th
// most wanted expert r^-exponent as many as the first, experts standing on ranks at random. A
// trace: `shares` in the order of the experts.
struct Routing {
  double exponent = 0;
  std::vector<double> shares;
  // Places of an expert, as a multiple of what it gets when routing is even; tokens beyond are
  // dropped. 0: no limit (dropless).
  double capacity = 0;

  [[nodiscard]] bool is_balanced() const { return exponent == 0 && shares.empty(); }
};

// Loads over what even routing gives, means over layers; all 1 when routing is even.
struct ExpertLoad {
  double fullest_rank = 1;  // rows of the rank that gets most
  double kept = 1;          // rows that are not dropped
};

// Experts spread evenly over `ranks`, neighbours together. Where experts work on a fixed number of
// places (Software::expert_capacity other than 1) loads are even whatever the routing is. For a
// power law the mean over layers comes from seeded draws of where experts stand.
ExpertLoad expert_load(const Job& job, double padded_capacity, int ranks);

// Of the rows that are routed, those that some expert works on: what Routing::capacity or padded
// places leave.
double kept_share(const Job& job, double padded_capacity);

// `routing:` of a job: balanced, {power_law: exponent}, {trace: [shares]}, either with
// {capacity: factor}. `experts`: of the model; 0 when it has none.
Routing read_routing(base::Fields& job, int experts);

}  // namespace weft::workload
