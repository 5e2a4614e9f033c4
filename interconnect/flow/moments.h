// When something happens to numbered slots next. Slots of equal time share a bucket, so that the
// lock-step traffic of collectives costs a list operation each, not a heap's.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "heap.h"

namespace weft::flow {

class Moments {
 public:
  // Makes room for slots below `slots`.
  void grow(std::size_t slots) { places_.resize(slots); }

  // `slot` is in no bucket.
  void put(std::int32_t slot, double time) {
    const std::int32_t id = bucket_of(time);
    Bucket& bucket = buckets_[id];
    if (bucket.head < 0) --empty_;
    places_[slot] = {id, bucket.tail, -1};
    (bucket.tail < 0 ? bucket.head : places_[bucket.tail].next) = slot;
    bucket.tail = slot;
  }

  // Nothing when it is in no bucket.
  void take(std::int32_t slot) {
    Place& place = places_[slot];
    if (place.bucket < 0) return;
    Bucket& bucket = buckets_[place.bucket];
    (place.before < 0 ? bucket.head : places_[place.before].next) = place.next;
    (place.next < 0 ? bucket.tail : places_[place.next].before) = place.before;
    place.bucket = -1;
    if (bucket.head >= 0) return;
    ++empty_;
    if (empty_ > heap_.size() / 2 + 64) drop_empty();
  }

  // The earliest time; infinite when all buckets are empty.
  double next() {
    while (!heap_.empty() && buckets_[heap_.top().id].head < 0) {
      free(heap_.top().id);
      heap_.pop();
    }
    return heap_.empty() ? std::numeric_limits<double>::infinity() : heap_.top().key;
  }

  // Calls visit(slot) for the slots up to `time`; it may put slots to later times.
  template <class Visit>
  void pop(double time, Visit visit) {
    while (next() <= time && !heap_.empty()) {
      Bucket& bucket = buckets_[heap_.top().id];
      std::int32_t slot = bucket.head;
      bucket.head = bucket.tail = -1;
      ++empty_;
      while (slot >= 0) {
        const std::int32_t next = places_[slot].next;
        places_[slot].bucket = -1;
        visit(slot);
        slot = next;
      }
    }
  }

 private:
  struct Place {
    std::int32_t bucket = -1;
    std::int32_t before = -1;
    std::int32_t next = -1;
  };
  struct Bucket {
    double time = 0;
    std::int32_t head = -1;
    std::int32_t tail = -1;
  };

  // The bucket of `time` if it was made lately; a second one of the same time does no harm.
  std::int32_t bucket_of(double time) {
    const std::uint64_t hash = std::bit_cast<std::uint64_t>(time) * 0x9e3779b97f4a7c15;
    std::int32_t& recent = recent_[hash >> 56];
    if (recent < static_cast<std::int32_t>(buckets_.size()) && buckets_[recent].time == time) {
      return recent;
    }
    if (free_.empty()) {
      free_.push_back(static_cast<std::int32_t>(buckets_.size()));
      buckets_.emplace_back();
    }
    recent = free_.back();
    free_.pop_back();
    buckets_[recent].time = time;
    heap_.push({time, recent});
    ++empty_;
    return recent;
  }

  void free(std::int32_t bucket) {
    buckets_[bucket].time = std::numeric_limits<double>::quiet_NaN();
    free_.push_back(bucket);
    --empty_;
  }

  void drop_empty() {
    heap_.remove_if([&](const Keyed& item) {
      if (buckets_[item.id].head >= 0) return false;
      free(item.id);
      return true;
    });
  }

  std::vector<Place> places_;
  std::vector<Bucket> buckets_;
  std::vector<std::int32_t> free_;
  std::array<std::int32_t, 256> recent_{};
  Heap heap_;
  std::size_t empty_ = 0;  // buckets in the heap without slots
};

}  // namespace weft::flow
