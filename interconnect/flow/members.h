// The flows that cross a link. Internal to the room.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "fill.h"

namespace weft::flow {

// The flows over a link. One alone is kept in place: most links of a collective have one, and a
// simulation of them spends its time waiting for memory.
class Members {
 public:
  Members() : own_{} {}
  ~Members() {
    if (room_ > 1) delete[] heap_;
  }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(size_); }
  [[nodiscard]] Member* data() { return room_ > 1 ? heap_ : &own_; }
  [[nodiscard]] const Member* data() const { return room_ > 1 ? heap_ : &own_; }
  [[nodiscard]] const Member* begin() const { return data(); }
  [[nodiscard]] const Member* end() const { return data() + size_; }
  [[nodiscard]] Member& operator[](std::int32_t place) { return data()[place]; }
  [[nodiscard]] Member back() const { return data()[size_ - 1]; }
  void push_back(Member member) {
    if (size_ == room_) grow();
    data()[size_++] = member;
  }
  void pop_back() { --size_; }

 private:
  void grow() {
    auto* larger = new Member[static_cast<std::size_t>(2 * room_)];
    std::copy(begin(), end(), larger);
    if (room_ > 1) delete[] heap_;
    heap_ = larger;
    room_ *= 2;
  }

  union {
    Member own_;
    Member* heap_;
  };
  std::int32_t size_ = 0;
  std::int32_t room_ = 1;
};

}  // namespace weft::flow
