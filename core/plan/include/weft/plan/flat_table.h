// A table from packed integers to values that stay where they are: open addressing, so that a
// look-up that finds its key touches one line of memory and allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace weft::plan {

template <std::size_t kWords, class Value>
class FlatTable {
 public:
  using Key = std::array<std::uint64_t, kWords>;

  // The value of a key, made by make() when it is new, and its number in the order of making.
  template <class Make>
  std::pair<const Value&, std::uint32_t> get(const Key& key, Make make) {
    auto slot = find(key);
    if (slots_[slot].number == kEmpty) {
      auto value = make();  // may throw; may look up other tables, not this one
      if (2 * (values_.size() + 1) > slots_.size()) {
        grow();
        slot = find(key);
      }
      slots_[slot] = {key, static_cast<std::uint32_t>(values_.size())};
      values_.push_back(std::move(value));
    }
    const auto number = slots_[slot].number;
    return {values_[number], number};
  }
  [[nodiscard]] const Value& operator[](std::uint32_t number) const { return values_[number]; }

 private:
  static constexpr std::uint32_t kEmpty = 0xffffffffU;
  struct Slot {
    Key key{};
    std::uint32_t number = kEmpty;
  };

  static std::size_t hash(const Key& key) {
    std::uint64_t h = 0x9e3779b97f4a7c15ULL;
    for (const auto word : key) {
      h = (h ^ word) * 0xff51afd7ed558ccdULL;
      h ^= h >> 32U;
    }
    return static_cast<std::size_t>(h);
  }
  [[nodiscard]] std::size_t find(const Key& key) const {
    const std::size_t mask = slots_.size() - 1;
    auto slot = hash(key) & mask;
    while (slots_[slot].number != kEmpty && slots_[slot].key != key) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const auto& slot : old) {
      if (slot.number != kEmpty) slots_[find(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::deque<Value> values_;
};

}  // namespace weft::plan
