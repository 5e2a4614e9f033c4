// Pipeline stages on the parts of a mixed cluster.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/plan/check.h"
#include "weft/plan/plan.h"
#include "weft/workload/model.h"

namespace weft::plan {

// Plan::parts for a plan that does not say: as many neighbouring stages to each part, in the order
// of the parts, as its share of all devices, at least one and no more than it has devices for.
// Empty where that cannot be, and on a cluster of one part.
std::vector<int> placed_stages(const cluster::Cluster& cluster, const Plan& plan);

// Problem::kParts: stages that are on no part, or a part without a stage; Problem::kTooManyDevices:
// a part with too many.
std::optional<Problem> problem_of_parts(const cluster::Cluster& cluster, const Plan& plan);
// What it is, for either; empty where there is none.
std::string parts_problem_text(const cluster::Cluster& cluster, const Plan& plan);

// "(3+1)" stages on neighbouring parts, else the part of each, "(0-1-0)"; empty without parts.
std::string parts_text(const Plan& plan);

// What a micro-batch takes on a stage.
struct StageLoad {
  double layer = 0;  // s, one layer, there and back
  double ends = 0;   // s, embedding, head and layers of prediction
  int most = 0;      // layers that fit
};
// Layers of each virtual stage so that the slowest stage is as fast as it can be: one after another
// goes to the stage that is done first with it, which is best for layers that are alike. Every
// virtual stage has one at least; of equals the first stage is the last to get more. Layers that
// fit nowhere stay with the stage that is done first with them.
std::vector<int> balanced_layers(const Plan& plan, int layers, std::span<const StageLoad> stages);

}  // namespace weft::plan
