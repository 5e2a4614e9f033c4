#include "checkpoint_store.h"

#include <algorithm>

namespace weft::campaign {

namespace {

double survival(const Tier& tier, Damage damage) {
  switch (damage) {
    case Damage::kProcess:
      return tier.process;
    case Damage::kHost:
      return tier.host;
    case Damage::kDomain:
      return tier.domain;
    case Damage::kSite:
      break;
  }
  return tier.site;
}

bool takes_part(const Tier& tier, std::int64_t count) { return (count + 1) % tier.every == 0; }

}  // namespace

CheckpointStore::CheckpointStore(const std::vector<Tier>& tiers, bool keep_all)
    : tiers_(&tiers), keep_all_(keep_all), saved_(tiers.size()) {}

double CheckpointStore::next_pause() const {
  double pause = 0;
  for (const auto& tier : *tiers_) {
    if (takes_part(tier, count_)) pause += tier.pause.si();
  }
  return pause;
}

double CheckpointStore::next_write() const {
  double write = 0;
  for (const auto& tier : *tiers_) {
    if (takes_part(tier, count_)) write = std::max(write, tier.write.si());
  }
  return write;
}

double CheckpointStore::save(Saved state, double now) {
  double last = now;
  for (std::size_t i = 0; i < saved_.size(); ++i) {
    const auto& tier = (*tiers_)[i];
    if (!takes_part(tier, count_)) continue;
    auto& kept = saved_[i];
    state.durable = now + tier.write.si();
    last = std::max(last, state.durable);
    // The newest may not be durable yet, so that one more stays.
    const auto most = static_cast<std::size_t>(keep_all_ ? std::max(1, tier.keep) : 1) + 1;
    const bool bounded = !keep_all_ || tier.keep > 0;
    if (bounded && kept.size() >= most) kept.erase(kept.begin());
    kept.push_back(state);
  }
  ++count_;
  return last;
}

void CheckpointStore::fail(double now, Damage damage, base::RandomStream& random) {
  for (std::size_t i = 0; i < saved_.size(); ++i) {
    auto& kept = saved_[i];
    while (!kept.empty() && kept.back().durable > now) kept.pop_back();
    if (random.uniform() >= survival((*tiers_)[i], damage)) kept.clear();
  }
}

Restore CheckpointStore::restore(double before) {
  Restore best;
  best.from_start = true;
  best.tier = saved_.size() - 1;
  for (std::size_t i = 0; i < saved_.size(); ++i) {
    auto& kept = saved_[i];
    while (!kept.empty() && kept.back().taken > before) kept.pop_back();
    if (kept.empty()) continue;
    const bool newer = best.from_start || kept.back().work > best.state.work;
    const bool nearer = !best.from_start && kept.back().work == best.state.work &&
                        (*tiers_)[i].load.mean() < (*tiers_)[best.tier].load.mean();
    if (newer || nearer) best = {kept.back(), i, false};
  }
  return best;
}

}  // namespace weft::campaign
