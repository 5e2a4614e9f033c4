// What a simulation knows of a transfer while it is under way. Internal to the room.
#pragma once

#include <cstdint>

#include "weft/flow/engine.h"

namespace weft::flow {

enum class Stage : std::uint8_t { kWaiting, kMoving, kDelivering };

// A transfer between its announcement and its completion, in a slot. A line of cache: lock-step
// traffic goes through all of them again and again.
struct alignas(64) Motion {
  double left = 0;         // bytes, at `since`
  double since = 0;        // s
  double rate = 0;         // byte/s from then on
  double bytes = 0;        // Transfer::bytes
  double start = 0;        // Transfer::start
  std::uint64_t tag = 0;   // Transfer::tag
  std::int64_t order = 0;  // in which it was announced, then in which it was started
  RouteId route = 0;
  Stage stage = Stage::kWaiting;
  bool failed = false;
  bool is_plain = true;  // none of Rare but `counted` is other than there
};

// A transfer that is over, by what the source is told of it.
struct Done {
  std::int64_t order = 0;
  std::uint64_t tag = 0;
  std::int32_t slot = 0;
  bool failed = false;
};

// What few transfers have.
struct Rare {
  double latency = 0;
  double weight = 1;
  double cap = kUncapped;
  double multiplicity = 1;
  double counted = 0;  // bytes that are in Summary::bytes already
};

}  // namespace weft::flow
