// The checkpoints of a run in all their tiers, internal to the room.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "weft/base/random.h"
#include "weft/campaign/scenario.h"

namespace weft::campaign {

// What a failure destroys, from little to much.
enum class Damage { kProcess, kHost, kDomain, kSite };

struct Saved {
  double taken = 0;    // when the state was that
  double durable = 0;  // when it could be read back
  double work = 0;     // productive s until then
  double devices = 0;  // productive host-s until then
};

struct Restore {
  Saved state;
  std::size_t tier = 0;
  bool from_start = false;  // no checkpoint was left
};

class CheckpointStore {
 public:
  // `keep_all`: also old ones may be asked for (silent corruption).
  CheckpointStore(const std::vector<Tier>& tiers, bool keep_all);

  // The pause for the next checkpoint, and how long after it each tier that takes part writes.
  [[nodiscard]] double next_pause() const;
  [[nodiscard]] double next_write() const;
  // Saves a state after the pause ended at `now`; returns when the last tier is durable.
  double save(Saved state, double now);
  // What a failure at `now` leaves: what was not durable is gone, and so is a tier that does not
  // survive. Draws one number a tier.
  void fail(double now, Damage damage, base::RandomStream& random);
  // The newest state taken no later than `before`, from the tier that loads fastest where several
  // have it. Forgets all that is newer.
  Restore restore(double before);
  [[nodiscard]] std::int64_t count() const { return count_; }

 private:
  const std::vector<Tier>* tiers_;
  bool keep_all_;
  std::int64_t count_ = 0;
  std::vector<std::vector<Saved>> saved_;  // by tier, oldest first
};

}  // namespace weft::campaign
