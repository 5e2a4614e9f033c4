// Which pipeline schedules a search tries: those that the stack ships.
#include <algorithm>

#include "weft/plan/axes.h"

namespace weft::plan {

namespace {

bool lists(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// `interleaved` is no schedule of its own here.
std::vector<Schedule> schedules_of(const std::vector<std::string>& names) {
  std::vector<Schedule> found;
  for (int s = 0; s < kScheduleCount; ++s) {
    const auto schedule = static_cast<Schedule>(s);
    const bool interleaved =
        schedule == Schedule::kOneForwardOneBackward && lists(names, workload::kInterleaved);
    if (interleaved || lists(names, name_of(schedule))) found.push_back(schedule);
  }
  return found;
}

}  // namespace

Axes Axes::wide(const workload::Software& software) {
  auto axes = wide();
  if (software.schedules) {
    axes.schedules = schedules_of(*software.schedules);
    axes.interleaves = lists(*software.schedules, workload::kInterleaved);
  }
  // On a mixed cluster all stacks must have it.
  for (const auto& other : software.further) {
    const auto shipped = wide(other);
    axes.interleaves = axes.interleaves && shipped.interleaves;
    axes.schedules.erase(std::remove_if(axes.schedules.begin(), axes.schedules.end(),
                                        [&](Schedule schedule) {
                                          return std::find(shipped.schedules.begin(),
                                                           shipped.schedules.end(),
                                                           schedule) == shipped.schedules.end();
                                        }),
                         axes.schedules.end());
  }
  return axes;
}

Axes Axes::usual(const workload::Software& software) {
  Axes axes;
  if (!software.schedules) return axes;
  const auto shipped = wide(software);
  axes.interleaves = shipped.interleaves;
  // 1F1B comes first.
  axes.schedules.assign(shipped.schedules.begin(),
                        shipped.schedules.begin() + (shipped.schedules.empty() ? 0 : 1));
  return axes;
}

bool ships(const workload::Software& software, const Plan& plan) {
  for (const auto& other : software.further) {
    if (!ships(other, plan)) return false;
  }
  if (plan.pipeline == 1 || !software.schedules) return true;
  const bool interleaved =
      plan.schedule == Schedule::kOneForwardOneBackward && plan.virtual_stages > 1;
  return lists(*software.schedules, interleaved ? workload::kInterleaved : name_of(plan.schedule));
}

}  // namespace weft::plan
