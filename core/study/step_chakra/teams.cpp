#include "teams.h"

#include <algorithm>
#include <array>

#include "weft/plan/memory.h"

namespace weft::step_chakra {

namespace {

using plan::Axis;

std::int64_t degree_of(const plan::Plan& plan, Axis axis) {
  switch (axis) {
    case Axis::kTensor:
      return plan.tensor;
    case Axis::kContext:
      return plan.context;
    case Axis::kData:
      return plan.data;
    case Axis::kPipeline:
      break;
  }
  return plan.pipeline;
}

// Where a rank stands on each axis.
using Place = std::array<std::int64_t, 4>;

std::size_t number_of(Axis axis) { return static_cast<std::size_t>(axis); }

Place place_of(const plan::Plan& plan, int stage, std::int64_t rest) {
  Place place{};
  for (const auto axis : plan.rank_order) {
    if (axis == Axis::kPipeline) continue;
    place.at(number_of(axis)) = rest % degree_of(plan, axis);
    rest /= degree_of(plan, axis);
  }
  place.at(number_of(Axis::kPipeline)) = stage;
  return place;
}

std::int64_t rank_of(const plan::Plan& plan, const Place& place) {
  std::int64_t rank = 0, stride = 1;
  for (const auto axis : plan.rank_order) {
    rank += place.at(number_of(axis)) * stride;
    stride *= degree_of(plan, axis);
  }
  return rank;
}

}  // namespace

Teams::Teams(const plan::Plan& plan) : plan_(plan) {}

std::int64_t Teams::rank(int stage, std::int64_t place) const {
  return rank_of(plan_, place_of(plan_, stage, place));
}

std::int64_t Teams::size(Team team) const { return blocks_of(team).size; }

// As step::rank_groups() has them.
Teams::Blocks Teams::blocks_of(Team team) const {
  const std::int64_t data = std::int64_t{plan_.context} * plan_.data;
  const std::int64_t shard = plan_.shard_ranks();
  const std::int64_t experts = plan::expert_shard_ranks(plan_);
  const std::int64_t copies = plan::expert_replicas(plan_);
  // Ranks that share an expert are those of a tensor group.
  const bool tensor = plan_.expert_tensor == 1;
  switch (team) {
    case Team::kTensor:
      return {true, false, false, 1, plan_.tensor};
    case Team::kContext:
      return {false, true, false, 1, plan_.context};
    case Team::kData:
      return {false, true, true, 1, data};
    case Team::kShard:
      return {false, true, true, 1, shard};
    case Team::kReplicas:
      return {false, true, true, shard, std::max<std::int64_t>(data / shard, 1)};
    case Team::kExpert:
      return {tensor, true, true, 1, plan_.expert};
    case Team::kExpertData:
      return {tensor, true, true, plan_.expert, copies};
    case Team::kExpertShard:
      return {tensor, true, true, plan_.expert, experts};
    case Team::kExpertCopies:
      return {tensor, true, true, plan_.expert * experts, copies / experts};
    case Team::kNone:
      break;
  }
  return {};
}

std::vector<std::int64_t> Teams::members(Team team, int stage, std::int64_t place) const {
  const auto blocks = blocks_of(team);
  const auto has = [&](Axis axis) {
    return (axis == Axis::kTensor && blocks.tensor) || (axis == Axis::kContext && blocks.context) ||
           (axis == Axis::kData && blocks.data);
  };
  auto own = place_of(plan_, stage, place);
  std::int64_t number = 0, stride = 1;
  for (const auto axis : plan_.rank_order) {
    if (!has(axis)) continue;
    number += own.at(number_of(axis)) * stride;
    stride *= degree_of(plan_, axis);
  }
  const auto first = number - number / blocks.skip % blocks.size * blocks.skip;
  std::vector<std::int64_t> ranks;
  for (std::int64_t i = 0; i < blocks.size; ++i) {
    auto rest = first + i * blocks.skip;
    for (const auto axis : plan_.rank_order) {
      if (!has(axis)) continue;
      own.at(number_of(axis)) = rest % degree_of(plan_, axis);
      rest /= degree_of(plan_, axis);
    }
    ranks.push_back(rank_of(plan_, own));
  }
  std::sort(ranks.begin(), ranks.end());
  return ranks;
}

const std::string& Teams::name(Team team, int stage, std::int64_t place) {
  auto ranks = members(team, stage, place);
  const auto [found, is_new] = names_.try_emplace(std::move(ranks));
  if (is_new) {
    found->second = std::to_string(names_.size());
    groups_[found->second] = found->first;
  }
  return found->second;
}

}  // namespace weft::step_chakra
