// A line with its uncertain inputs drawn, internal to the room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "weft/supply/produce.h"
#include "weft/supply_study/question.h"

namespace weft::supply_study {

// One world: what this maker makes in it, and what the other ships.
struct World {
  std::vector<supply::QuarterFlow> flows;
  std::vector<double> modules;  // [flows] optical ones so far; infinite: no limit is known
  std::vector<supply::Shipped> shipped;
};

World play(const Question& question, const base::Reading::Draw& draw);

// Uncertain inputs: the points of one schedule move together, so that their path has no index.
std::vector<std::string> uncertain_paths(const Question& question);
std::string whole_path(const std::string& path);

// All at their modes; all at one end each; one at an end; drawn.
World base_world(const Question& question);
World world_at(const Question& question, const std::string& path, bool at_high);
// [path] whether its high end is taken
World world_at_ends(const Question& question, const std::vector<std::pair<std::string, bool>>& end);
World drawn_world(const Question& question, std::uint64_t sample);
// Good packages of all products in the quarters asked about.
double packages_of(const Question& question, const World& world);

}  // namespace weft::supply_study
