// The groups of a plan whose ranks stand in any order.
#pragma once

#include "weft/interconnect/fabric.h"
#include "weft/plan/plan.h"

namespace weft::step {

// The costliest shape of each kind of group among devices 0 .. plan.devices()-1. Experts, shards
// and their replicas take ranks in the order of the plan's axes, the pipeline left out.
struct RankGroups {
  interconnect::GroupShape tensor;
  interconnect::GroupShape context;
  interconnect::GroupShape expert;
  interconnect::GroupShape data;  // data · context
  interconnect::GroupShape shard;
  interconnect::GroupShape replicas;
  interconnect::GroupShape expert_data;
  interconnect::GroupShape expert_shard;
  interconnect::GroupShape expert_copies;
  interconnect::GroupShape next_stage;  // a pair of neighbours
  interconnect::GroupShape far_ends;    // a rank of the first stage and its like on the last
};
RankGroups rank_groups(const interconnect::Fabric& fabric, const plan::Plan& plan);

}  // namespace weft::step
