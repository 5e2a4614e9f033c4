// Which ranks talk to each other. Internal to the room.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "weft/chakra/trace.h"
#include "weft/plan/plan.h"

namespace weft::step_chakra {

// The groups of step::RankGroups.
enum class Team {
  kNone,
  kTensor,
  kContext,
  kExpert,
  kData,
  kShard,
  kReplicas,
  kExpertData,
  kExpertShard,
  kExpertCopies,
};

class Teams {
 public:
  explicit Teams(const plan::Plan& plan);

  // Ranks of a stage, by their place among the axes within it.
  [[nodiscard]] std::int64_t rank(int stage, std::int64_t place) const;
  [[nodiscard]] std::int64_t size(Team team) const;
  // The name of the group that a rank of a team is in. Groups of the same ranks have one name.
  const std::string& name(Team team, int stage, std::int64_t place);
  [[nodiscard]] const chakra::Groups& groups() const { return groups_; }

 private:
  // Ranks {first + i·skip : i < size} of the axes of a team, blocks of skip·size ranks tiling them.
  struct Blocks {
    bool tensor = false, context = false, data = false;
    std::int64_t skip = 1, size = 1;
  };
  [[nodiscard]] Blocks blocks_of(Team team) const;
  [[nodiscard]] std::vector<std::int64_t> members(Team team, int stage, std::int64_t place) const;

  const plan::Plan& plan_;
  std::map<std::vector<std::int64_t>, std::string> names_;
  chakra::Groups groups_;
};

}  // namespace weft::step_chakra
