#include "worlds.h"

#include <utility>

namespace weft::supply_study {

namespace {

double size_of_mover(const Mover& mover) {
  return std::max(std::abs(mover.low - 1), std::abs(mover.high - 1));
}

}  // namespace

Worlds all_worlds(const Question& question, const base::ThreadTeam& team) {
  Worlds worlds;
  worlds.base = base_world(question);
  const double plain = packages_of(question, worlds.base);
  std::vector<std::pair<std::string, bool>> few;
  std::vector<std::pair<std::string, bool>> many;
  for (const auto& path : uncertain_paths(question)) {
    const auto ratio = [&](bool at_high) {
      return plain > 0 ? packages_of(question, world_at(question, path, at_high)) / plain : 1.0;
    };
    const Mover mover{path, ratio(false), ratio(true)};
    // What does not move this maker's packages is the other maker's: many of those make few here.
    const bool high_is_few = mover.high <= mover.low;
    few.emplace_back(path, high_is_few);
    many.emplace_back(path, !high_is_few);
    constexpr double kVisible = 1e-6;
    if (size_of_mover(mover) > kVisible) worlds.movers.push_back(mover);
  }
  std::stable_sort(worlds.movers.begin(), worlds.movers.end(), [](const Mover& a, const Mover& b) {
    return size_of_mover(a) > size_of_mover(b);
  });
  worlds.worst = world_at_ends(question, few);
  worlds.best = world_at_ends(question, many);
  worlds.drawn.resize(question.samples);
  team.for_each(question.samples,
                [&](std::size_t i, int) { worlds.drawn[i] = drawn_world(question, i); });
  return worlds;
}

}  // namespace weft::supply_study
