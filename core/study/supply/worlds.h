// All worlds of a question, and figures over them, internal to the room.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "play.h"
#include "weft/base/parallel.h"
#include "weft/supply_study/answer.h"

namespace weft::supply_study {

struct Worlds {
  World base;
  World worst;  // fewest packages of this maker, most of the other
  World best;
  std::vector<World> drawn;
  std::vector<Mover> movers;
};

Worlds all_worlds(const Question& question, const base::ThreadTeam& team);

// `figure` takes a World and returns a number.
template <class Figure>
Range range_of(const Worlds& worlds, Figure figure) {
  std::vector<double> drawn;
  drawn.reserve(worlds.drawn.size());
  for (const auto& world : worlds.drawn) drawn.push_back(figure(world));
  std::sort(drawn.begin(), drawn.end());
  const auto at = [&](double share) {
    return drawn[static_cast<std::size_t>(share * static_cast<double>(drawn.size() - 1))];
  };
  return {figure(worlds.worst), at(0.05), figure(worlds.base), at(0.95), figure(worlds.best)};
}

// The same of a figure that is not always known; then there is no range.
template <class Figure>
std::optional<Range> known_range(const Worlds& worlds, Figure figure) {
  if (!figure(worlds.base)) return std::nullopt;
  return range_of(worlds, [&](const World& world) { return figure(world).value_or(0.0); });
}

}  // namespace weft::supply_study
