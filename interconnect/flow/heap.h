// A binary heap of numbered keys, the smallest first, equal keys by number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::flow {

struct Keyed {
  double key = 0;
  std::int32_t id = 0;
};

inline bool operator<(const Keyed& a, const Keyed& b) {
  return a.key < b.key || (a.key == b.key && a.id < b.id);
}

class Heap {
 public:
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] const Keyed& top() const { return items_.front(); }
  [[nodiscard]] const std::vector<Keyed>& items() const { return items_; }
  void clear() { items_.clear(); }

  void push(Keyed item) {
    items_.push_back(item);
    std::size_t at = items_.size() - 1;
    for (std::size_t up; at > 0 && item < items_[up = (at - 1) / 2]; at = up) {
      items_[at] = items_[up];
    }
    items_[at] = item;
  }
  void replace_top(Keyed item) { sink(0, item); }
  void pop() {
    const Keyed last = items_.back();
    items_.pop_back();
    if (!items_.empty()) sink(0, last);
  }
  // To be followed by order() when all are in.
  void append(Keyed item) { items_.push_back(item); }
  void order() {
    for (std::size_t at = items_.size() / 2; at-- > 0;) sink(at, Keyed(items_[at]));
  }
  template <class Stale>
  void remove_if(Stale stale) {
    std::erase_if(items_, stale);
    order();
  }

 private:
  void sink(std::size_t at, Keyed item) {
    const std::size_t size = items_.size();
    for (std::size_t down; (down = 2 * at + 1) < size; at = down) {
      if (down + 1 < size && items_[down + 1] < items_[down]) ++down;
      if (!(items_[down] < item)) break;
      items_[at] = items_[down];
    }
    items_[at] = item;
  }

  std::vector<Keyed> items_;
};

}  // namespace weft::flow
