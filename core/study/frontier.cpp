#include "frontier.h"

#include <algorithm>
#include <utility>

namespace weft::study {

namespace {

Goals goals_of(const Found& found) { return {found.step.si(), found.energy.si()}; }

}  // namespace

const Frontier::Best* Frontier::family(FamilyAxis axis, int value) const {
  for (const auto& best : families_[static_cast<std::size_t>(axis)]) {
    if (best.value == value) return &best;
  }
  return nullptr;
}

bool Frontier::is_dominated(const Goals& goals) const {
  return std::any_of(found_.begin(), found_.end(), [&](const Found& known) {
    const auto [step, energy] = goals_of(known);
    return step * kBoundSlack < goals.step && energy * kBoundSlack < goals.energy;
  });
}

bool Frontier::may_improve(const Goals& least) const {
  if (options_.objective == Objective::kPareto) return !is_dominated(least);
  if (found_.size() < static_cast<std::size_t>(options_.top)) return true;
  return value_of(least) <= value_of(goals_of(found_.back())) * kBoundSlack;
}

bool Frontier::may_improve(FamilyAxis axis, int value, double least) const {
  const auto* best = family(axis, value);
  return best == nullptr || least <= best->goal * kBoundSlack;
}

bool Frontier::may_improve(const plan::Plan& plan, const Goals& bound) const {
  if (may_improve(bound)) return true;
  if (!options_.families) return false;
  const double value = value_of(bound);
  for (int a = 0; a < kFamilyAxisCount; ++a) {
    const auto axis = static_cast<FamilyAxis>(a);
    if (may_improve(axis, study::value_of(axis, plan), value)) return true;
  }
  return false;
}

void Frontier::add_to_families(const Found& found, double goal) {
  for (int a = 0; a < kFamilyAxisCount; ++a) {
    const int value = study::value_of(static_cast<FamilyAxis>(a), found.plan);
    auto& bests = families_[static_cast<std::size_t>(a)];
    auto best = std::find_if(bests.begin(), bests.end(),
                             [&](const Best& known) { return known.value == value; });
    if (best == bests.end()) {
      best = bests.insert(best, Best{});
      best->value = value;
    }
    if (std::pair(goal, found.place) < std::pair(best->goal, best->found.place)) {
      best->goal = goal;
      best->found = found;
    }
  }
}

// Those that another is not worse than in either goal go; of equals the first stays.
void Frontier::add_to_front(const Found& found) {
  const auto beats = [](const Found& a, const Found& b) {
    if (a.step > b.step || a.energy > b.energy) return false;
    return a.step < b.step || a.energy < b.energy || a.place < b.place;
  };
  for (const auto& known : found_) {
    if (beats(known, found)) return;
  }
  found_.erase(std::remove_if(found_.begin(), found_.end(),
                              [&](const Found& known) { return beats(found, known); }),
               found_.end());
  found_.push_back(found);
}

void Frontier::add(const Found& found) {
  if (options_.objective == Objective::kPareto) return add_to_front(found);
  const double goal = value_of(goals_of(found));
  if (options_.families) add_to_families(found, goal);
  const auto before = [&](const Found& a, const Found& b) {
    return std::pair(value_of(goals_of(a)), a.place) < std::pair(value_of(goals_of(b)), b.place);
  };
  found_.insert(std::upper_bound(found_.begin(), found_.end(), found, before), found);
  if (found_.size() > static_cast<std::size_t>(options_.top)) found_.pop_back();
}

void Frontier::finish(Search& search) {
  if (options_.objective == Objective::kPareto) {
    std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return std::pair(a.step, a.place) < std::pair(b.step, b.place);
    });
  }
  search.found = std::move(found_);
  if (!search.found.empty()) search.best = search.found.front().plan;
  for (int a = 0; a < kFamilyAxisCount; ++a) {
    auto& bests = families_[static_cast<std::size_t>(a)];
    std::sort(bests.begin(), bests.end(),
              [](const Best& x, const Best& y) { return x.value < y.value; });
    for (auto& best : bests) {
      search.families.push_back({static_cast<FamilyAxis>(a), best.value, std::move(best.found)});
    }
  }
}

}  // namespace weft::study
